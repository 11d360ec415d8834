//! A small object cannot make the parser take the time or memory of a huge one.

use artifact::mutate::{elf, processor_time, Section};
use std::time::Duration;

const PROGBITS: u32 = 1;
const SYMTAB: u32 = 2;
const STRTAB: u32 = 3;
const RELA: u32 = 4;
const ALLOC: u64 = 2;

fn symbol(name: u32, info: u8, section: u16, value: u64, size: u64) -> Vec<u8> {
    let mut bytes = name.to_le_bytes().to_vec();
    bytes.extend([info, 0]);
    bytes.extend(section.to_le_bytes());
    bytes.extend(value.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes
}

fn rela(offset: u64, symbol: u64, addend: i64) -> Vec<u8> {
    let mut bytes = offset.to_le_bytes().to_vec();
    bytes.extend((symbol << 32 | 1).to_le_bytes());
    bytes.extend(addend.to_le_bytes());
    bytes
}

fn text(size: usize) -> Section<'static> {
    Section { name: ".text", kind: PROGBITS, flags: ALLOC | 4, content: vec![0x90; size], ..Section::default() }
}

fn symbols(content: Vec<u8>, strings: Vec<u8>) -> [Section<'static>; 2] {
    let content = [symbol(0, 0, 0, 0, 0), content].concat();
    [
        Section { name: ".symtab", kind: SYMTAB, link: 3, info: 1, entry_size: 24, content, ..Section::default() },
        Section { name: ".strtab", kind: STRTAB, content: strings, ..Section::default() },
    ]
}

fn object(text: Section<'static>, [table, strings]: [Section<'static>; 2], rest: &[Section<'static>]) -> Vec<u8> {
    elf(&[&[text, table, strings], rest].concat())
}

/// What hangs takes minutes. The thread's own processor time: other processes do not count.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let started = processor_time();
    let result = work();
    let took = processor_time() - started;
    assert!(took < Duration::from_secs(5), "took {took:?}");
    result
}


fn reason(bytes: &[u8]) -> String {
    soon(|| object_wasm::extract(bytes)).err().expect("refused").reason
}

#[test]
fn what_a_hand_made_object_says() {
    let bytes = object(text(16), symbols(symbol(1, 0x12, 1, 0, 8), b"\0f\0".to_vec()), &[]);
    let tables = object_wasm::extract(&bytes).unwrap();
    assert_eq!(tables.member_machine, [62]);
    assert_eq!(tables.node_start, [0, 8]);
}

#[test]
fn a_symbol_name_that_is_no_utf8_is_a_name() {
    let two = [symbol(1, 0x12, 1, 0, 8), symbol(4, 0x12, 1, 8, 8)].concat();
    let bytes = object(text(16), symbols(two, b"\0a\xff\0a\xfe\0".to_vec()), &[]);
    let tables = object_wasm::extract(&bytes).unwrap();
    assert_eq!(tables.strings.get(tables.node_symbol[0]), "a\u{10ffff}");
    assert_ne!(tables.node_symbol[0], tables.node_symbol[1]);
}

#[test]
fn sections_that_share_their_bytes() {
    let relocations = Section {
        name: ".rela.text",
        kind: RELA,
        link: 2,
        info: 1,
        entry_size: 24,
        content: rela(0, 1, 0).repeat(50_000),
        ..Section::default()
    };
    let shared = Section { shares: Some(4), content: Vec::new(), ..relocations.clone() };
    let many: Vec<_> = std::iter::once(relocations).chain(vec![shared; 20_000]).collect();
    let bytes = object(text(16), symbols(symbol(1, 0x10, 1, 0, 8), b"\0f\0".to_vec()), &many);
    assert_eq!(reason(&bytes), "its sections overlap");
}

#[test]
fn a_section_that_is_patched_twice() {
    let relocations =
        Section { name: ".rela.text", kind: RELA, link: 2, info: 1, entry_size: 24, content: rela(0, 1, 0), ..Section::default() };
    let f = || symbols(symbol(1, 0x10, 1, 0, 8), b"\0f\0".to_vec());
    assert!(object_wasm::extract(&object(text(16), f(), &[relocations.clone()])).is_ok());
    assert_eq!(
        reason(&object(text(16), f(), &[relocations.clone(), relocations])),
        "section 1 has several relocation sections"
    );
    // The same holds for unwind tables, which would be parsed for each.
    let frames = Section { name: ".eh_frame", kind: PROGBITS, flags: ALLOC, content: vec![0; 4], ..Section::default() };
    let of_frames = Section { name: ".rela.eh_frame", kind: RELA, link: 2, info: 4, entry_size: 24, ..Section::default() };
    assert!(object_wasm::extract(&object(text(16), f(), &[frames.clone(), of_frames.clone()])).is_ok());
    assert_eq!(
        reason(&object(text(16), f(), &[frames, of_frames.clone(), of_frames])),
        "section 4 has several relocation sections"
    );
}

#[test]
fn a_relocation_outside_its_section() {
    let relocations = |offset| Section {
        name: ".rela.text",
        kind: RELA,
        link: 2,
        info: 1,
        entry_size: 24,
        content: rela(offset, 1, 0),
        ..Section::default()
    };
    let f = || symbols(symbol(1, 0x10, 0, 0, 0), b"\0f\0".to_vec());
    assert!(object_wasm::extract(&object(text(16), f(), &[relocations(15)])).is_ok());
    assert!(reason(&object(text(16), f(), &[relocations(16)])).contains("lies outside its section"));
    let beyond = Section { content: rela(0, 9, 0), ..relocations(0) };
    assert!(reason(&object(text(16), f(), &[beyond])).contains("symbol 9, which is not there"));
}

#[test]
fn many_symbols_without_size_at_one_place() {
    let same = symbol(1, 0x12, 1, 0, 0).repeat(200_000);
    soon(|| object_wasm::extract(&object(text(16), symbols(same, b"\0f\0".to_vec()), &[]))).unwrap();
}

#[test]
fn many_symbols_that_share_one_long_name() {
    let strings = [b"\0".to_vec(), vec![b'x'; 400_000], b"\0".to_vec()].concat();
    let suffixes: Vec<u8> = (1..40_000).flat_map(|at| symbol(at, 0x12, 1, 0, 1)).collect();
    assert!(reason(&object(text(16), symbols(suffixes, strings), &[])).contains("out of all proportion"));
}

#[test]
fn one_text_of_many_names_and_symbols_that_stand_for_much() {
    let many: String = (0..200_000).map(|n| format!("a::b{n},")).collect();
    let split = soon(|| object_wasm::split_names([many.as_str()].into_iter())).unwrap();
    assert_eq!(split.name_ids.len(), 200_000);
    // v0 back references double the text with each step.
    let mut symbol = String::from("_RIC1aTyyE");
    let mut last = 4;
    for _ in 0..24 {
        let here = symbol.len() - 2;
        let back = base62(last);
        symbol.push_str(&format!("TB{back}B{back}E"));
        last = here;
    }
    symbol.push('E');
    let result = soon(|| object_wasm::split_names(std::iter::repeat_n(symbol.as_str(), 400)));
    assert!(result.is_err(), "{}", object_wasm::demangle(&symbol).len());
}

/// The base-62 number of the v0 mangling (RFC 2603).
fn base62(number: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if number == 0 {
        return "_".to_string();
    }
    let mut rest = number - 1;
    let mut digits = Vec::new();
    loop {
        digits.push(DIGITS[rest % 62] as char);
        rest /= 62;
        if rest == 0 {
            break;
        }
    }
    digits.iter().rev().collect::<String>() + "_"
}

#[test]
fn files_that_share_one_long_name() {
    let strings = [b"\0".to_vec(), vec![b'x'; 400_000], b"\0".to_vec()].concat();
    let files: Vec<u8> = (1..40_000).flat_map(|at| symbol(at, 4, 0xfff1, 0, 0)).collect();
    assert!(reason(&object(text(16), symbols(files, strings), &[])).contains("out of all proportion"));
}

/// A COFF object without sections: its symbols, and their names.
fn coff(symbols: &[u8], names: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x64, 0x86, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0];
    bytes.extend((symbols.len() as u32 / 18).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(symbols);
    bytes.extend((names.len() as u32 + 4).to_le_bytes());
    bytes.extend(names);
    bytes
}

#[test]
fn symbols_of_coff_that_share_one_long_name() {
    let names = [vec![b'x'; 4_000_000], vec![0]].concat();
    // Marks of a class that says nothing of the program: their names are read and not kept.
    let ignored: Vec<u8> = (4..200_000u32)
        .flat_map(|at| [&[0; 4][..], &at.to_le_bytes(), &[0; 4], &[0xff, 0xff, 0, 0, 100, 0]].concat())
        .collect();
    assert!(object_wasm::extract(&coff(&ignored, &[vec![b'x'; 200_000], vec![0]].concat()[..])).is_err());
    assert!(reason(&coff(&ignored, &names)).contains("out of all proportion"));
}
