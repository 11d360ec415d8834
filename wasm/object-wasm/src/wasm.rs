//! What other programs call: `wasm-pack build` makes a package of it. Results are plain data.

use crate::tables::{binding, node_kind, section_flag, ObjectTables};
use artifact::{ExtractError, Format, SkippedKind, Strings, NONE};
use object::elf;
use object::read::elf::FileHeader;
use object::Endianness;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// An object file, or an archive of them. Rows name other rows by their index.
#[derive(Serialize, Tsify)]
pub struct ObjectFile {
    pub members: Vec<Member>,
    pub skipped: Vec<SkippedMember>,
    /// Sections of all members, in their order; each member begins with the null section. In COFF and Mach-O it has what the object
    /// says outside of its sections; a section of Mach-O is called `SEGMENT,SECTION`.
    pub sections: Vec<Section>,
    /// What the sections that are loaded consist of, sorted by section, then start.
    pub symbols: Vec<ObjectSymbol>,
    /// Sorted by section, then offset.
    pub relocations: Vec<Relocation>,
    /// Names that a member needs from elsewhere.
    pub undefined: Vec<UndefinedSymbol>,
}

/// One object file.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its name in the archive; empty for a lone object.
    pub name: String,
    /// The source file that it says it is of (`STT_FILE`), when it names one.
    pub file: Option<String>,
    pub format: FileFormat,
    /// ELF's `e_machine`, in every format: 62 is x86-64.
    pub machine: u32,
    pub first_section: u32,
    pub section_count: u32,
}

#[derive(Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    Elf,
    Coff,
    MachO,
}

/// A member without machine code.
#[derive(Serialize, Tsify)]
pub struct SkippedMember {
    pub name: String,
    pub kind: Skipped,
}

/// `metadata` is rustc's, `bitcode` LLVM's.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Skipped {
    Metadata,
    Bitcode,
}

#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    pub name: String,
    /// Row of its member.
    pub member: u32,
    pub size: u32,
    /// Is it loaded with the program?
    pub allocated: bool,
    pub executable: bool,
    pub writable: bool,
    pub thread_local: bool,
    /// Row of the section group that it belongs to.
    pub group: Option<u32>,
}

/// A named part of a section, or a stretch between named parts, which has no name.
#[derive(Serialize, Tsify)]
pub struct ObjectSymbol {
    pub name: Option<String>,
    /// Row of its section.
    pub section: u32,
    pub start: u32,
    pub size: u32,
    pub kind: Kind,
    pub binding: Binding,
}

/// `tls` is thread-local data, `untyped` a symbol that says nothing (assembly), `anonymous` a stretch without a symbol.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Function,
    Object,
    Tls,
    Untyped,
    Anonymous,
}

#[derive(Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Binding {
    Local,
    Global,
    Weak,
}

/// A reference from one symbol to another: `to` where it leads to a place in this member, `name` where a link resolves it.
#[derive(Serialize, Tsify)]
pub struct Relocation {
    /// Row of the section that holds it.
    pub section: u32,
    pub offset: u32,
    /// Row of the symbol that holds it.
    pub from: u32,
    /// Row of the symbol that it leads to.
    pub to: Option<u32>,
    pub name: Option<String>,
}

#[derive(Serialize, Tsify)]
pub struct UndefinedSymbol {
    pub name: String,
    /// Row of the member that needs it.
    pub member: u32,
}

/// A symbol of a linked file.
#[derive(Serialize, Tsify)]
pub struct LinkedSymbol {
    pub name: String,
    /// The source file that a local symbol is of.
    pub file: Option<String>,
}

/// The symbols of a linked file, in the order of its table.
#[derive(Serialize, Tsify)]
pub struct LinkedFile {
    pub symbols: Vec<LinkedSymbol>,
}

/// Reads a relocatable object (ELF, COFF, Mach-O), or an `ar` archive of them. Throws an `Error` that says what cannot be read, and in
/// which member.
#[wasm_bindgen(js_name = "readObject")]
pub fn read_object(bytes: &[u8]) -> Result<Ts<ObjectFile>, JsError> {
    let tables = crate::extract(bytes)?;
    let names = section_names(bytes)?;
    Ok(object_file(&tables, names).into_ts()?)
}

/// Reads the symbols of an executable or shared object. Throws an `Error` for anything else.
#[wasm_bindgen(js_name = "readLinked")]
pub fn read_linked(bytes: &[u8]) -> Result<Ts<LinkedFile>, JsError> {
    let linked = crate::linked_symbols(bytes)?;
    let symbol = |(&name, &file)| LinkedSymbol { name: linked.strings.get(name).to_string(), file: text(&linked.strings, file) };
    Ok(LinkedFile { symbols: linked.name.iter().zip(&linked.file).map(symbol).collect() }.into_ts()?)
}

/// A symbol as a person reads it, without hash; what is not mangled stays as it is.
#[wasm_bindgen]
pub fn demangle(symbol: &str) -> String {
    crate::demangle(symbol).into_owned()
}

fn text(strings: &Strings, id: u32) -> Option<String> {
    row(id).map(|id| strings.get(id).to_string())
}

fn row(id: u32) -> Option<u32> {
    (id != NONE).then_some(id)
}

fn object_file(tables: &ObjectTables, section_names: Vec<String>) -> ObjectFile {
    let name = |id: u32| text(&tables.strings, id);
    let member = |i: usize| Member {
        name: name(tables.member_name[i]).unwrap_or_default(),
        file: name(tables.member_file[i]),
        format: match tables.member_format[i] {
            format if format == Format::Coff as u32 => FileFormat::Coff,
            format if format == Format::MachO as u32 => FileFormat::MachO,
            _ => FileFormat::Elf,
        },
        machine: tables.member_machine[i],
        first_section: tables.member_first_section[i],
        section_count: tables.member_section_count[i],
    };
    let skipped = |i: usize| SkippedMember {
        name: name(tables.skipped_name[i]).unwrap_or_default(),
        kind: if tables.skipped_kind[i] == SkippedKind::Metadata as u8 { Skipped::Metadata } else { Skipped::Bitcode },
    };
    let section = |(i, name): (usize, String)| Section {
        name,
        member: tables.member_first_section.partition_point(|&first| first as usize <= i) as u32 - 1,
        size: tables.section_size[i],
        allocated: tables.section_flags[i] & section_flag::ALLOC != 0,
        executable: tables.section_flags[i] & section_flag::EXEC != 0,
        writable: tables.section_flags[i] & section_flag::WRITE != 0,
        thread_local: tables.section_flags[i] & section_flag::TLS != 0,
        group: row(tables.section_group[i]),
    };
    let symbol = |i: usize| ObjectSymbol {
        name: name(tables.node_symbol[i]),
        section: tables.node_section[i],
        start: tables.node_start[i],
        size: tables.node_size[i],
        kind: match tables.node_kind[i] {
            node_kind::FUNCTION => Kind::Function,
            node_kind::OBJECT => Kind::Object,
            node_kind::TLS => Kind::Tls,
            node_kind::NOTYPE => Kind::Untyped,
            _ => Kind::Anonymous,
        },
        binding: match tables.node_binding[i] {
            binding::LOCAL => Binding::Local,
            binding::WEAK | binding::FALLBACK => Binding::Weak,
            _ => Binding::Global,
        },
    };
    let relocation = |i: usize| Relocation {
        section: tables.ref_section[i],
        offset: tables.ref_offset[i],
        from: tables.ref_from_node[i],
        to: row(tables.ref_to_node[i]),
        name: name(tables.ref_to_symbol[i]),
    };
    let undefined = |i: usize| UndefinedSymbol {
        name: name(tables.undefined_symbol[i]).unwrap_or_default(),
        member: tables.undefined_member[i],
    };
    ObjectFile {
        members: (0..tables.member_name.len()).map(member).collect(),
        skipped: (0..tables.skipped_name.len()).map(skipped).collect(),
        sections: section_names.into_iter().enumerate().map(section).collect(),
        symbols: (0..tables.node_section.len()).map(symbol).collect(),
        relocations: (0..tables.ref_section.len()).map(relocation).collect(),
        undefined: (0..tables.undefined_symbol.len()).map(undefined).collect(),
    }
}

/// The tables keep only those names of sections that a join asks for.
fn section_names(bytes: &[u8]) -> Result<Vec<String>, ExtractError> {
    let mut names = Vec::new();
    for member in artifact::open(bytes)?.members {
        let read = match (member.format, member.data.get(4)) {
            (Format::Coff, _) => crate::coff::section_names(member.data, &mut names),
            (Format::MachO, _) => crate::macho::section_names(member.data, &mut names),
            (Format::Elf, Some(&elf::ELFCLASS32)) => names_of::<elf::FileHeader32<Endianness>>(member.data, &mut names),
            (Format::Elf, _) => names_of::<elf::FileHeader64<Endianness>>(member.data, &mut names),
        };
        read.map_err(|reason| ExtractError::new(&member.name, reason))?;
    }
    Ok(names)
}

fn names_of<Elf: FileHeader<Endian = Endianness>>(data: &[u8], names: &mut Vec<String>) -> object::Result<()> {
    let header = Elf::parse(data)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, data)?;
    for (index, section) in sections.enumerate() {
        let name = if index.0 == 0 { &[][..] } else { sections.section_name(endian, section)? };
        names.push(artifact::as_text(name).into_owned());
    }
    Ok(())
}
