//! ELF objects: columns are whole and lose no reference that another reader sees, names of any symbol end, and goblin, where it takes the
//! object, sees the same undefined symbols.
#![no_main]

#[path = "../../../../wasm/object-wasm/tests/kept/mod.rs"]
mod kept;

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|data: &[u8]| {
    _ = object_wasm::linked_symbols(data);
    let Ok(tables) = object_wasm::extract(data) else { return };
    kept::rows(&tables);
    kept::references(data, &tables);
    let nodes = tables.node_section.len();
    let texts = (0..tables.strings.len() as u32).map(|id| tables.strings.get(id));
    for text in texts.clone() {
        object_wasm::demangle(text);
    }
    _ = object_wasm::split_names(texts.clone());
    if !data.starts_with(b"\x7fELF") {
        return;
    }
    let Ok(elf) = goblin::elf::Elf::parse(data) else { return };
    // Without sections, or with symbols in several tables, or names that are no UTF-8, the two need not agree.
    // So it is with entries of a size of their own, which linkers refuse.
    let tables_of_symbols = elf.section_headers.iter().filter(|section| section.sh_type == 2).count();
    let entry = if elf.is_64 { 24 } else { 16 };
    let odd = |section: &goblin::elf::SectionHeader| section.sh_type == 2 && section.sh_entsize != entry;
    let unnamed = elf.syms.iter().any(|symbol| symbol.st_name != 0 && elf.strtab.get_at(symbol.st_name).is_none());
    let escaped = |text: &str| text.chars().any(|c| c as u32 >= 0x10_ff00);
    if elf.header.e_shnum == 0 || unnamed || elf.section_headers.iter().any(odd) || tables_of_symbols != 1 || texts.clone().any(escaped) {
        return;
    }
    assert_eq!(elf.section_headers.len(), tables.section_flags.len());
    // Of symbols with a name that are seen outside: those that are undefined, and those that lie in loaded sections.
    let theirs = |wanted: &dyn Fn(&goblin::elf::Sym) -> bool| -> BTreeSet<String> {
        let symbols = elf.syms.iter().skip(1);
        symbols
            .filter(|symbol| symbol.st_bind() != 0 && !matches!(symbol.st_type(), 3 | 4) && wanted(symbol))
            .filter_map(|symbol| elf.strtab.get_at(symbol.st_name).map(str::to_string))
            .filter(|name| !name.is_empty())
            .collect()
    };
    let text = |id: &u32| tables.strings.get(*id).to_string();
    assert_eq!(tables.undefined_symbol.iter().map(text).collect::<BTreeSet<_>>(), theirs(&|symbol| symbol.st_shndx == 0));
    let loaded = |symbol: &goblin::elf::Sym| {
        symbol.st_shndx > 0
            && symbol.st_shndx < 0xff00
            && elf.section_headers.get(symbol.st_shndx).is_some_and(|section| section.sh_flags & 2 != 0)
    };
    let ours = (0..nodes).filter(|&node| tables.node_binding[node] != 0).map(|node| text(&tables.node_symbol[node]));
    assert_eq!(
        ours.filter(|name| !name.starts_with(".L") && !name.starts_with('$')).collect::<BTreeSet<_>>(),
        theirs(&loaded).into_iter().filter(|name| !name.starts_with(".L") && !name.starts_with('$')).collect()
    );
});
