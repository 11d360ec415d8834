//! CodeView that a compiler does not write: an error, or rows that are there, within bounds (rule 9.12).

use artifact::mutate::{coff, coff_symbol, processor_time, CoffSection};
use artifact::NONE;
use gimli_wasm::DwarfTables;
use std::time::Duration;

const SYMBOLS: u32 = 0xf1;
const LINES: u32 = 0xf2;
const STRINGS: u32 = 0xf3;
const CHECKSUMS: u32 = 0xf4;
const SECREL: u16 = 0xb;
/// Bytes of the function.
const SIZE: u32 = 16;

fn record(kind: u16, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [&(content.len() as u16 + 2).to_le_bytes()[..], &kind.to_le_bytes(), &content].concat()
}

/// A function of `SIZE` bytes with calls that are inlined one into the other, by their annotations, and further parts.
fn read(calls: &[&[u8]], parts: &[(u32, Vec<u8>)]) -> Result<DwarfTables, String> {
    let function = record(0x1147, &[&[0; 12], &SIZE.to_le_bytes(), &[0; 12], &[0; 7], b"f\0"]);
    let sites = calls.iter().map(|annotations| record(0x114d, &[&[0; 12], annotations]));
    let symbols: Vec<u8> = std::iter::once(function).chain(sites).flatten().collect();
    let mut content = 4u32.to_le_bytes().to_vec();
    let mut relocations = Vec::new();
    for (kind, part) in std::iter::once(&(SYMBOLS, symbols)).chain(parts) {
        content.extend(kind.to_le_bytes());
        content.extend((part.len() as u32).to_le_bytes());
        match *kind {
            SYMBOLS => relocations.push((content.len() as u32 + 4 + 28, 0, SECREL)),
            LINES => relocations.push((content.len() as u32, 0, SECREL)),
            _ => {}
        }
        content.extend(part);
        content.resize(content.len().next_multiple_of(4), 0);
    }
    let sections: [CoffSection<'_>; 2] =
        [(b".text\0\0\0", 0x6000_0020, &[0; SIZE as usize], &[]), (b".debug$S", 0x4200_0040, &content, &relocations)];
    gimli_wasm::extract(&coff(&sections, &[coff_symbol(b"f\0\0\0\0\0\0\0", 1, 0x20, 2)])).map_err(|error| error.reason)
}

/// ChangeCodeOffset, ChangeCodeLength.
fn stretch(offset: u8, length: u8) -> [u8; 4] {
    [3, offset, 4, length]
}

#[test]
fn what_is_inlined_into_a_call_without_code() {
    let tables = read(&[&stretch(1, 4), &stretch(2, 0), &stretch(2, 2)], &[]).unwrap();
    assert_eq!(tables.inlined_start, [1, 2]);
    assert_eq!(tables.inlined_parent, [NONE, 0]);
    let tables = read(&[&stretch(2, 0), &stretch(2, 2)], &[]).unwrap();
    assert_eq!(tables.inlined_parent, [NONE]);
}

#[test]
fn a_call_outside_of_its_function() {
    assert!(read(&[&stretch(15, 1)], &[]).is_ok());
    let error = read(&[&stretch(16, 1)], &[]).err().unwrap();
    assert_eq!(error, "debug info: an inlined call lies outside of its function");
}

#[test]
fn paths_of_which_little_is_left() {
    let path = [&b"./".repeat(16_000)[..], b"a\0"].concat();
    let files = |count: u32| {
        let blocks = (0..count).flat_map(|file| [file, 1, 20, file, 1].into_iter().flat_map(u32::to_le_bytes));
        let lines = [0, 0, SIZE].into_iter().flat_map(u32::to_le_bytes).chain(blocks).collect();
        let started = processor_time();
        let result = read(&[], &[(LINES, lines), (STRINGS, path.clone()), (CHECKSUMS, vec![0; count as usize + 4])]);
        let took = processor_time() - started;
        assert!(took < Duration::from_secs(5), "took {took:?}");
        result
    };
    assert!(files(100).is_ok());
    assert!(files(100_000).err().unwrap().contains("out of all proportion"));
}
