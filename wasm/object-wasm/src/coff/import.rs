//! Import objects: members of import libraries, and of the archives that rustc makes for `raw-dylib`. They define names that a DLL has,
//! and hold no code. Which function of the DLL that is need not be what the name says: it may have another name there, or a number
//! alone. Then the import refers to a symbol that nothing can define, [`imported`], so that who reaches the one reaches the other.

use super::references::Relocation;
use super::symbols::{imported_name, plain_name};
use super::{machine_of, Nodes, Object};
use crate::nodes::{MemberNodes, Named};
use crate::references::{push, Target};
use crate::tables::{binding, node_kind, section_flag, ObjectTables, SectionRow};
use artifact::{ExtractError, Format, Member, NONE};
use object::pe;
use object::read::coff::{ImportFile, ImportName, ImportType};

/// What stands in front of the name of a DLL's function that is imported under another one. No linker takes it from a source.
pub const IMPORTED: &str = "\u{1}import ";

/// Returns the symbol of a DLL's function by its name there.
pub fn imported(name: &[u8]) -> String {
    format!("{IMPORTED}{}", artifact::as_text(name))
}

/// Returns the symbol of a DLL's function by its number: `ws2_32_dll::ordinal_4`, as a path of cackle.toml can have it.
pub fn imported_by_number(dll: &[u8], ordinal: u64) -> String {
    let letter = |&c: &u8| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() as char } else { '_' };
    let dll: String = if dll.is_empty() { "dll".into() } else { dll.iter().map(letter).collect() };
    format!("{IMPORTED}{dll}::ordinal_{ordinal}")
}

/// Reads one short import object.
pub fn extract(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(&member.name, reason);
    let header = pe::ImportObjectHeader::parse(member.data, &mut 0).map_err(|e| fail(&e))?;
    let machine = header.machine.get(object::LittleEndian);
    let import = ImportFile::parse(member.data).map_err(|e| fail(&e))?;
    let section = tables.section_name.len();
    tables.push_member(&member.name, Format::Coff, machine_of(&member.name, machine)?, 1);
    tables.push_section(SectionRow { name: NONE, is_frame: false, flags: 0, size: 0 });
    let name = plain_name(machine, import.symbol());
    let target = match import.import() {
        ImportName::Name(there) if is_same(&name, there) || import.symbol() == there => None,
        ImportName::Name(there) => Some(imported(there)),
        ImportName::Ordinal(number) => Some(imported_by_number(import.dll(), number.into())),
    };
    let name = artifact::as_text(&name);
    let plain = (import.import_type() != ImportType::Data).then(|| name.to_string());
    let names: Vec<u32> = plain.into_iter().chain([format!("__imp_{name}")]).map(|text| tables.strings.intern(&text)).collect();
    let Some(target) = target else {
        tables.absolute_symbol.extend(names);
        return Ok(());
    };
    let target = Target::symbol(tables.strings.intern(&target));
    tables.section_flags[section] = section_flag::ALLOC | section_flag::EXEC | section_flag::COMDAT;
    tables.section_size[section] = names.len() as u32;
    let named = |(start, &name): (usize, &u32)| Named {
        start: start as u32,
        size: 1,
        symbol: start as u32,
        name,
        binding: binding::GLOBAL,
        visibility: 0,
        kind: node_kind::FUNCTION,
        starts_piece: false,
        retained: false,
    };
    let mut by_section = [names.iter().enumerate().map(named).collect()];
    let nodes = MemberNodes::of_sections(&mut by_section, section, names, tables);
    for (start, &node) in nodes.node_of_symbol.iter().enumerate() {
        push(tables, section as u32, start as u32, node, &target);
    }
    Ok(())
}

/// The section of a DLL's addresses in an object of MinGW's dlltool, and that of the names.
const ADDRESSES: &[u8] = b".idata$5";
const NAMES: &[u8] = b".idata$6";
/// Bytes before a name: where it may stand in the DLL's table.
const HINT: i64 = 2;

/// Adds the functions that an object imports as dlltool writes it: an address is that of a name, or a number with the highest bit
/// set. Returns whether there are some that are called otherwise here.
pub fn collect(object: &Object<'_, '_>, nodes: &Nodes, relocations: &[Vec<Relocation>], tables: &mut ObjectTables) -> Result<bool, ExtractError> {
    let mut found = false;
    for section in 1..object.section_names.len() {
        if object.section_names[section] != ADDRESSES {
            continue;
        }
        let content = object.content(section)?;
        let width = if object.machine == pe::IMAGE_FILE_MACHINE_I386 { 4 } else { 8 };
        for (entry, bytes) in content.chunks_exact(width).enumerate() {
            let start = (entry * width) as u32;
            let is_here = |r: &&Relocation| (start..start + width as u32).contains(&r.offset);
            let target = match relocations[section].iter().find(is_here) {
                Some(relocation) => named_by(object, relocation)?.filter(|there| !is_called(object, section, start, there)).map(imported),
                None if bytes[width - 1] & 0x80 != 0 => {
                    let number = u16::from_le_bytes([bytes[0], bytes[1]]);
                    Some(imported_by_number(dll_of(object.name), number.into()))
                }
                None => None,
            };
            let Some(target) = target else { continue };
            let target = Target::symbol(tables.strings.intern(&target));
            let from = nodes.shared.covering(tables, section, start.into());
            push(tables, (object.first_section + section) as u32, start, from, &target);
            found = true;
        }
    }
    Ok(found)
}

/// The name of a DLL's function that an address leads to; none where it leads elsewhere.
fn named_by<'data>(object: &Object<'_, 'data>, relocation: &Relocation) -> Result<Option<&'data [u8]>, ExtractError> {
    let symbol = &object.symbols[relocation.symbol as usize];
    let section = usize::try_from(symbol.section).unwrap_or(0);
    if section == 0 || object.section_names.get(section) != Some(&NAMES) {
        return Ok(None);
    }
    let at = i64::from(symbol.value).saturating_add(relocation.addend).saturating_add(HINT);
    let content = object.content(section)?;
    let name = usize::try_from(at).ok().and_then(|at| content.get(at..)).unwrap_or_default();
    let end = name.iter().position(|&c| c == 0).unwrap_or(name.len());
    if end == 0 {
        return Err(object.fail(format!("section {section} has no name where an import looks for it")));
    }
    Ok(Some(&name[..end]))
}

/// Has a symbol at that place the name that the DLL has?
fn is_called(object: &Object<'_, '_>, section: usize, start: u32, there: &[u8]) -> bool {
    let mut here = object.symbols.iter().filter(|s| s.is_global() && s.section == section as i32 && s.value == start);
    here.any(|symbol| imported_name(object.machine, symbol.name).is_some_and(|name| is_same(&name, there)))
}

/// The DLL, by the name that dlltool gives to the object: `ws2_32.dlls00001.o`.
fn dll_of(member: &str) -> &[u8] {
    let name = member.strip_suffix(".o").unwrap_or(member);
    name.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('s').unwrap_or(name).as_bytes()
}

/// Does a symbol name the function of the DLL: as it is, or with the bytes of its arguments behind (`connect@12`)?
pub fn is_same(symbol: &[u8], there: &[u8]) -> bool {
    let bytes = symbol.iter().skip(1).position(|&c| c == b'@').map_or(symbol.len(), |at| at + 1);
    symbol == there || &symbol[..bytes] == there
}
