//! What an object says, and its tables must not lose, by another reader; the fuzzers of objects check it too
//! (test/fuzz/rust/targets/foreign).

use artifact::{Format, NONE};
use object::{Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionIndex, SymbolSection};
use object_wasm::{binding, section_flag, ObjectTables};
use std::collections::HashSet;

/// Asserts that rows name rows which are there.
pub fn rows(tables: &ObjectTables) {
    let nodes = tables.node_section.len();
    for column in [&tables.node_start, &tables.node_size, &tables.node_symbol] {
        assert_eq!(column.len(), nodes);
    }
    let references = tables.ref_section.len();
    for column in [&tables.ref_offset, &tables.ref_from_node, &tables.ref_to_node, &tables.ref_to_symbol] {
        assert_eq!(column.len(), references);
    }
    for node in 0..nodes {
        let size = tables.section_size[tables.node_section[node] as usize];
        assert!(tables.node_start[node] <= size && tables.node_size[node] <= size - tables.node_start[node]);
    }
    let named = [&tables.ref_from_node, &tables.ref_to_node, &tables.frame_edge_from, &tables.frame_edge_to_node];
    for &node in named.into_iter().flatten() {
        assert!(node == NONE || (node as usize) < nodes);
    }
    for &from in tables.ref_from_node.iter().chain(&tables.frame_edge_from) {
        assert_ne!(from, NONE, "a reference of nobody");
    }
    for &symbol in tables.ref_to_symbol.iter().chain(&tables.undefined_symbol).chain(&tables.absolute_symbol) {
        assert!(symbol == NONE || (symbol as usize) < tables.strings.len());
    }
}

/// Asserts that no relocation of a loaded section is lost: it is a reference at its place, or one of an unwind table, or leads to
/// nothing that a link resolves. No global symbol is lost either. Members in another form than an object are passed over.
pub fn references(data: &[u8], tables: &ObjectTables) {
    let input = artifact::open(data).expect("it was read");
    let places: HashSet<(u32, u32)> = tables.ref_section.iter().copied().zip(tables.ref_offset.iter().copied()).collect();
    let mut unwound = 0;
    for (index, member) in input.members.iter().enumerate() {
        if let Ok(file) = object::File::parse(member.data) {
            unwound += of_member(&file, member.format, tables.member_first_section[index], &places, tables);
        }
    }
    assert!(tables.frame_edge_from.len() >= unwound, "{unwound} entries of unwind tables");
}

/// Returns how many references its unwind table has to have.
fn of_member(
    file: &object::File<'_>,
    format: Format,
    first: u32,
    places: &HashSet<(u32, u32)>,
    tables: &ObjectTables,
) -> usize {
    let flags = |section: SectionIndex| tables.section_flags[first as usize + section.0];
    let mut unwound = 0;
    for section in file.sections() {
        let row = first + section.index().0 as u32;
        if flags(section.index()) & section_flag::ALLOC == 0 {
            continue;
        }
        let is_frame = tables.section_is_frame[row as usize];
        let is_xdata = format == Format::Coff && section.name_bytes().is_ok_and(|name| name.starts_with(b".xdata"));
        for (offset, relocation) in section.relocations() {
            // IMAGE_REL_*_ABSOLUTE; the first of a pair, where the reader does not take it for one.
            let subtractor = if file.architecture() == object::Architecture::X86_64 { 5 } else { 1 };
            match relocation.flags() {
                RelocationFlags::Coff { typ: 0 } => continue,
                RelocationFlags::MachO { r_type, .. } if r_type == subtractor => continue,
                _ => {}
            }
            let to = match relocation.target() {
                RelocationTarget::Symbol(index) => {
                    let symbol = file.symbol_by_index(index).expect("a symbol that is there");
                    match symbol.section() {
                        SymbolSection::Absolute if !symbol.is_global() => continue,
                        // The name of a source file, which is absolute too.
                        SymbolSection::None if format == Format::Elf => continue,
                        // COFF: the place of a section that may be empty, by its name.
                        SymbolSection::Undefined if !symbol.is_global() && format == Format::Coff => continue,
                        _ => symbol.section_index(),
                    }
                }
                RelocationTarget::Section(index) if index.0 > 0 => Some(index),
                _ => continue,
            };
            // ELF says by a flag what is loaded; in the other formats a linker might load it all the same.
            if format == Format::Elf && to.is_some_and(|section| flags(section) & section_flag::ALLOC == 0) {
                continue;
            }
            if is_frame {
                unwound += usize::from(format == Format::Coff && offset % 12 == 8 && file.architecture() == object::Architecture::X86_64);
                continue;
            }
            // Places within one node are none of a reference.
            let is_own = to == Some(section.index()) && (is_xdata || format == Format::MachO);
            let is_kept = places.contains(&(row, offset as u32)) || is_own;
            assert!(is_kept, "section {} at {offset:#x}: {relocation:?}", section.index().0);
        }
    }
    let defined = file.symbols().filter(|symbol| {
        let is_loaded = |section| flags(section) & section_flag::ALLOC != 0;
        format != Format::Elf && symbol.is_global() && symbol.is_definition() && symbol.section_index().is_some_and(is_loaded)
    });
    let own = |node: &usize| {
        let section = tables.node_section[*node];
        let end = tables.member_first_section.iter().copied().filter(|&other| other > first).min().unwrap_or(u32::MAX);
        (first..end).contains(&section) && tables.node_binding[*node] != binding::LOCAL
    };
    let nodes = (0..tables.node_section.len()).filter(own).count();
    let defined: Vec<_> = defined.map(|symbol| symbol.name()).collect();
    assert!(nodes >= defined.len(), "{nodes} nodes of {defined:?}");
    unwound
}
