//! COFF, the objects of Windows. Where a compiler gives each function a section of its own (COMDAT, msvc), that section is live as
//! a whole. Where functions share one (windows-gnu), each is a piece, if the compiler is LLVM: it leaves a relocation for every
//! reference to a function, so that no call inside of the section goes unseen. Other objects keep their sections whole.

mod comdat;
mod directives;
mod import;
mod references;
mod sections;
mod symbols;
mod unwind;

use crate::nodes::{MemberNodes, Named};
use crate::references::{push, Target};
use crate::tables::{binding, node_kind, section_flag, ObjectTables};
use artifact::{ExtractError, Format, Member, NONE};
use directives::Directives;
pub use import::IMPORTED;
use object::pe;
use object::read::coff::{CoffHeader, SectionTable};
use references::Relocation;
use symbols::{Kind, Symbol};

/// One opened member, as the collectors share it.
struct Object<'a, 'data> {
    name: &'a str,
    data: &'data [u8],
    machine: u16,
    first_section: usize,
    sections: SectionTable<'data>,
    /// By section, from 1; that of row 0 is empty.
    section_names: Vec<&'data [u8]>,
    symbols: Vec<Symbol<'data>>,
    /// Did LLVM write it? It says so by an absolute symbol, and Microsoft's compiler says which it is by another.
    is_llvm: bool,
    /// By section: do its symbols live apart from each other?
    is_shared: Vec<bool>,
}

impl<'data> Object<'_, 'data> {
    fn fail(&self, reason: impl std::fmt::Display) -> ExtractError {
        ExtractError::new(self.name, reason)
    }

    /// Returns the bytes of a section (from 1); none for one without bytes in the file.
    fn content(&self, section: usize) -> Result<&'data [u8], ExtractError> {
        let header = self.sections.section(object::SectionIndex(section)).map_err(|e| self.fail(e))?;
        header.coff_data(self.data).map_err(|()| self.fail(format!("section {section} lies outside the file")))
    }

    fn flags(&self, tables: &ObjectTables, section: usize) -> u32 {
        tables.section_flags[self.first_section + section]
    }
}

/// Reads one COFF file.
pub fn extract(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    if artifact::is_bigobj(member.data) {
        return extract_member::<pe::AnonObjectHeaderBigobj>(member, tables);
    }
    if member.data.starts_with(&[0, 0, 0xff, 0xff]) {
        return import::extract(member, tables);
    }
    extract_member::<pe::ImageFileHeader>(member, tables)
}

/// Appends the names of the rows of an object's sections.
#[cfg(feature = "wasm")]
pub fn section_names(data: &[u8], names: &mut Vec<String>) -> object::Result<()> {
    fn of<Coff: CoffHeader>(data: &[u8], names: &mut Vec<String>) -> object::Result<()> {
        let mut offset = 0;
        let header = Coff::parse(data, &mut offset)?;
        let strings = header.symbols(data)?.strings();
        names.push(String::new());
        for section in header.sections(data, offset)?.iter() {
            names.push(artifact::as_text(section.name(strings)?).into_owned());
        }
        Ok(())
    }
    match data {
        _ if artifact::is_bigobj(data) => of::<pe::AnonObjectHeaderBigobj>(data, names),
        [0, 0, 0xff, 0xff, ..] => {
            names.push(String::new());
            Ok(())
        }
        _ => of::<pe::ImageFileHeader>(data, names),
    }
}

/// Returns ELF's number of the machine, so that an engine compares one number in all formats.
fn machine_of(name: &str, machine: u16) -> Result<u16, ExtractError> {
    use object::elf;
    match machine {
        pe::IMAGE_FILE_MACHINE_AMD64 => Ok(elf::EM_X86_64),
        pe::IMAGE_FILE_MACHINE_I386 => Ok(elf::EM_386),
        pe::IMAGE_FILE_MACHINE_ARM64 => Ok(elf::EM_AARCH64),
        other => Err(ExtractError::new(name, format!("COFF machine {other:#x}, which is not read"))),
    }
}

#[inline(never)]
fn extract_member<Coff: CoffHeader>(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let name = member.name.as_str();
    let data = member.data;
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let mut offset = 0;
    let header = Coff::parse(data, &mut offset).map_err(|e| fail(&e))?;
    let sections = header.sections(data, offset).map_err(|e| fail(&e))?;
    let (symbols, strings) = symbols::read(name, header, data, &mut tables.strings)?;
    let machine = header.machine();
    let first_section = tables.section_name.len();
    tables.push_member(name, Format::Coff, machine_of(name, machine)?, sections.len() as u32 + 1);
    let (section_names, directives) = sections::collect(name, data, machine, &sections, strings, tables)?;
    let says = |text: &[u8]| symbols.iter().any(|s| s.section == pe::IMAGE_SYM_ABSOLUTE && s.name == text);
    let is_llvm = says(b"@feat.00") && !says(b"@comp.id");
    let is_shared = Vec::new();
    let mut object = Object { name, data, machine, first_section, sections, section_names, symbols, is_llvm, is_shared };
    comdat::collect(&object, tables)?;
    sections::retain_named(&object, tables);
    // Asked once for each section: symbols and relocations are many, and names of sections may be long.
    object.is_shared = (0..object.section_names.len()).map(|section| sections::is_shared(&object, tables, section)).collect();
    let relocations = references::read_all(&object, tables)?;
    let nodes = nodes(&object, &directives, &relocations, tables)?;
    outside(&object, &directives, &nodes, tables);
    references::collect(&object, &nodes, &relocations, tables)?;
    unwind::collect(&object, &nodes, &relocations, tables)
}

/// The nodes of a member, and what its imports stand for.
struct Nodes {
    shared: MemberNodes,
    /// By symbol index: for `__imp_NAME`, which the object does not define, NAME; else NONE.
    imported: Vec<u32>,
}

/// Names the symbols and covers every allocated section with nodes.
#[inline(never)]
fn nodes(
    object: &Object<'_, '_>,
    directives: &Directives,
    relocations: &[Vec<Relocation>],
    tables: &mut ObjectTables,
) -> Result<Nodes, ExtractError> {
    let this_member = tables.member_name.len() as u32 - 1;
    let sections = object.section_names.len();
    let count = object.symbols.len();
    let mut by_section: Vec<Vec<Named>> = Vec::new();
    by_section.resize_with(sections, Vec::new);
    let mut global_name = vec![NONE; count];
    let mut imported = vec![NONE; count];
    let mut files = 0;
    for (index, symbol) in object.symbols.iter().enumerate() {
        let is_row = !matches!(symbol.kind, Kind::Auxiliary);
        if is_row && usize::try_from(symbol.section).is_ok_and(|section| section >= sections) {
            return Err(object.fail(format!("symbol {index} lies in a section that is not there")));
        }
        if let Kind::File(file) = symbol.kind {
            files += 1;
            let file = tables.strings.intern(&artifact::as_text(file));
            tables.member_file[this_member as usize] = if files == 1 { file } else { NONE };
            continue;
        }
        if matches!(symbol.kind, Kind::Auxiliary | Kind::Section { .. } | Kind::Ignored) || symbol.name.is_empty() {
            continue;
        }
        let is_global = symbol.is_global();
        let id = tables.strings.intern(&artifact::as_text(&symbols::plain_name(object.machine, symbol.name)));
        tables.strings.check().map_err(|e| object.fail(e))?;
        if is_global {
            global_name[index] = id;
        }
        if symbol.section <= 0 {
            match (is_global, symbol.section, &symbol.kind) {
                (false, _, _) => {}
                (true, _, Kind::Weak { .. }) => by_section[0].push(fallback(id, index)),
                (true, pe::IMAGE_SYM_UNDEFINED, _) if symbol.value == 0 => {
                    tables.undefined_member.push(this_member);
                    tables.undefined_symbol.push(id);
                    if let Some(plain) = symbols::imported_name(object.machine, symbol.name) {
                        imported[index] = tables.strings.intern(&artifact::as_text(&plain));
                        tables.undefined_member.push(this_member);
                        tables.undefined_symbol.push(imported[index]);
                    }
                }
                // Common, or absolute.
                (true, pe::IMAGE_SYM_UNDEFINED | pe::IMAGE_SYM_ABSOLUTE, _) => tables.absolute_symbol.push(id),
                (true, section, _) => return Err(object.fail(format!("symbol {index} is seen outside and lies in section {section}"))),
            }
            continue;
        }
        let section = symbol.section as usize;
        let flags = object.flags(tables, section);
        let name = object.section_names[section];
        if is_global && (flags & section_flag::ALLOC == 0 || sections::is_table(name)) {
            let name = artifact::as_text(name);
            return Err(object.fail(format!("symbol {index} is seen outside and lies in section {section} ({name}), which holds no code or data")));
        }
        // What others see has a node, whatever its name says: they refer to it by that.
        let is_of_unwinding = sections::is_of_unwinding(name);
        if flags & section_flag::ALLOC == 0 || is_part(symbol) || (is_of_unwinding && sections::is_label(symbol)) {
            continue;
        }
        if symbol.value > tables.section_size[object.first_section + section] {
            return Err(object.fail(format!("symbol {index} lies outside its section")));
        }
        let is_code = flags & section_flag::EXEC != 0;
        // The program put it among tables that are no reason to keep anything; a linker keeps them unasked.
        let is_placed = is_of_unwinding && flags & section_flag::COMDAT == 0;
        by_section[section].push(Named {
            start: symbol.value,
            size: 0,
            symbol: index as u32,
            name: id,
            binding: if is_global { binding::GLOBAL } else { binding::LOCAL },
            visibility: 0,
            kind: match (symbol.is_function, flags & section_flag::TLS != 0) {
                (true, _) => node_kind::FUNCTION,
                (_, true) => node_kind::TLS,
                _ if is_code => node_kind::NOTYPE,
                _ => node_kind::OBJECT,
            },
            starts_piece: is_placed || object.is_shared[section] && (symbol.is_function || !is_code),
            retained: is_placed,
        });
    }
    says(object, directives, &mut by_section[0], tables)?;
    private_data(object, relocations, &mut by_section, tables);
    let shared = MemberNodes::of_sections(&mut by_section, object.first_section, global_name, tables);
    Ok(Nodes { shared, imported })
}

/// Is the symbol a part of the function before it: what a `catch`, a filter or a destructor became, or where it goes on?
fn is_part(symbol: &Symbol<'_>) -> bool {
    let parts = [&b"?catch$"[..], b"?dtor$", b"?filt$", b"?fin$", b"$ehgcr_"];
    !symbol.is_global() && parts.iter().any(|prefix| symbol.name.starts_with(prefix))
}

/// A symbol that something else may define.
fn fallback(name: u32, symbol: usize) -> Named {
    Named {
        start: 0,
        size: 1,
        symbol: symbol as u32,
        name,
        binding: binding::FALLBACK,
        visibility: 0,
        kind: node_kind::NOTYPE,
        starts_piece: true,
        retained: false,
    }
}

/// Puts what the object says outside of its sections into row 0: first one node that keeps what the directives name, then the
/// symbols that something else may define.
fn says(
    object: &Object<'_, '_>,
    directives: &Directives,
    named: &mut Vec<Named>,
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    for (from, _) in &directives.alternates {
        named.push(fallback(tables.strings.intern(from), NONE as usize));
    }
    tables.strings.check().map_err(|e| object.fail(e))?;
    named.insert(0, Named { name: NONE, binding: binding::LOCAL, kind: node_kind::ANONYMOUS, retained: true, ..fallback(NONE, NONE as usize) });
    for (place, node) in named.iter_mut().enumerate() {
        node.start = place as u32;
    }
    if named.len() > 1 || !directives.kept.is_empty() {
        // It is no section that a linker could keep.
        tables.section_flags[object.first_section] |= section_flag::ALLOC | section_flag::COMDAT;
        tables.section_size[object.first_section] = named.len() as u32;
    }
    Ok(())
}

/// LLVM gives constants no symbol and refers to them by section and offset: each such place begins a node. Nothing says how far
/// the constant extends that begins there, so all of the section are live together.
fn private_data(
    object: &Object<'_, '_>,
    relocations: &[Vec<Relocation>],
    by_section: &mut [Vec<Named>],
    tables: &mut ObjectTables,
) {
    let splits = |tables: &ObjectTables, section: usize| {
        object.is_shared[section] && object.flags(tables, section) & section_flag::EXEC == 0
    };
    let mut places: Vec<(usize, u32)> = Vec::new();
    for relocation in relocations.iter().flatten() {
        let symbol = &object.symbols[relocation.symbol as usize];
        if let (Kind::Section { .. }, true) = (&symbol.kind, symbol.section > 0) {
            let section = symbol.section as usize;
            let size = tables.section_size[object.first_section + section];
            if let (Ok(place), true) = (u32::try_from(relocation.addend), splits(tables, section)) {
                if place < size {
                    places.push((section, place));
                }
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    for (section, place) in places {
        let global = object.first_section + section;
        tables.section_group[global] = global as u32;
        by_section[section].push(Named {
            start: place,
            size: 0,
            symbol: NONE,
            name: NONE,
            binding: binding::LOCAL,
            visibility: 0,
            kind: node_kind::ANONYMOUS,
            starts_piece: true,
            retained: false,
        });
    }
}

/// The references of row 0.
fn outside(object: &Object<'_, '_>, directives: &Directives, nodes: &Nodes, tables: &mut ObjectTables) {
    let row = object.first_section;
    if tables.section_size[row] == 0 {
        return;
    }
    let first = nodes.shared.first_node[0];
    for name in &directives.kept {
        let target = Target::symbol(tables.strings.intern(name));
        push(tables, row as u32, 0, first, &target);
    }
    for (index, symbol) in object.symbols.iter().enumerate() {
        let node = nodes.shared.node_of_symbol[index];
        let (Kind::Weak { default }, true) = (&symbol.kind, node != NONE && symbol.section <= 0) else { continue };
        for target in references::targets(object, nodes, *default, 0, tables) {
            push(tables, row as u32, node - first, node, &target);
        }
    }
    let fallbacks = tables.section_size[row] - directives.alternates.len() as u32;
    for (place, (_, to)) in (fallbacks..).zip(&directives.alternates) {
        let target = Target::symbol(tables.strings.intern(to));
        push(tables, row as u32, place, first + place, &target);
    }
}
