//! References of ELF objects that would be lost are errors (rules 4.2, 9.12).

use artifact::mutate::{elf, Section};

/// Name, binding and kind, section.
fn symbol(name: u32, info: u8, section: u16) -> Vec<u8> {
    [&name.to_le_bytes()[..], &[info, 0], &section.to_le_bytes(), &[0; 16]].concat()
}

/// An R_X86_64_64.
fn rela(offset: u64, symbol: u64) -> Vec<u8> {
    [offset.to_le_bytes(), (symbol << 32 | 1).to_le_bytes(), [0; 8]].concat()
}

/// Code and an unwind table with relocations of each; symbol 1 is given, 2 is a function here, 3 one elsewhere.
fn object(first: Vec<u8>, code: &[Vec<u8>], frames: &[Vec<u8>]) -> Result<object_wasm::ObjectTables, String> {
    let relocations = |name: &'static str, info: u32, rows: &[Vec<u8>]| Section {
        name,
        kind: 4,
        link: 3,
        info,
        entry_size: 24,
        content: rows.concat(),
        ..Section::default()
    };
    // A CIE without augmentation, and an entry of it with room for an address and its length.
    let cie = [&20u32.to_le_bytes()[..], &[0; 4], &[1, 0, 1, 0x78, 16], &[0; 11]].concat();
    let entry = [&28u32.to_le_bytes()[..], &28u32.to_le_bytes(), &[0; 24], &[0; 4]].concat();
    let sections = [
        Section { name: ".text", kind: 1, flags: 6, content: vec![0; 16], ..Section::default() },
        Section { name: ".eh_frame", kind: 1, flags: 2, content: [cie, entry].concat(), ..Section::default() },
        Section {
            name: ".symtab",
            kind: 2,
            link: 4,
            info: 1,
            entry_size: 24,
            content: [symbol(0, 0, 0), first, symbol(1, 0x12, 1), symbol(3, 0x10, 0)].concat(),
            ..Section::default()
        },
        Section { name: ".strtab", kind: 3, content: b"\0f\0g\0".to_vec(), ..Section::default() },
        relocations(".rela.text", 1, code),
        relocations(".rela.eh_frame", 2, frames),
    ];
    object_wasm::extract(&elf(&sections)).map_err(|error| error.reason)
}

#[test]
fn symbols_that_lead_nowhere() {
    let code = |first| object(first, &[rela(0, 1)], &[]);
    assert!(code(symbol(3, 0x10, 0)).is_ok());
    assert!(code(symbol(3, 0, 0xfff1)).is_ok(), "an address in numbers");
    assert_eq!(code(symbol(3, 0, 0)).err().unwrap(), "relocation names symbol 1, which is neither defined nor seen outside");
    assert_eq!(code(symbol(0, 0x10, 0)).err().unwrap(), "symbol 1 is seen outside and has no name");
}

#[test]
fn unwind_tables_of_functions_that_are_not_there() {
    let local = || symbol(1, 2, 1);
    // The entry is at 24, its function at 32.
    let tables = object(local(), &[], &[rela(32, 2), rela(49, 3)]).unwrap();
    assert_eq!(tables.strings.get(tables.frame_edge_to_symbol[0]), "g");
    assert!(object(local(), &[], &[rela(32, 0), rela(49, 3)]).is_ok(), "of nothing");
    assert_eq!(object(local(), &[], &[rela(32, 3), rela(49, 3)]).err().unwrap(), ".eh_frame describes a function that is not in the object");
    let outside = ".eh_frame has a relocation outside of its entries";
    assert_eq!(object(local(), &[], &[rela(32, 2), rela(99, 3)]).err().unwrap(), outside);
}
