//! A small object cannot make the parser take the time or memory of a huge one: DWARF refers to its
//! parts by offset, so many entries can share a part.

use artifact::mutate::{elf, processor_time, Section};
use std::time::Duration;

const PROGBITS: u32 = 1;
const COMPRESSED: u64 = 0x800;

fn debug(name: &'static str, content: Vec<u8>) -> Section<'static> {
    Section { name, kind: PROGBITS, content, ..Section::default() }
}

/// A DWARF 4 unit: header and entries.
fn unit(abbreviations: u32, entries: &[u8]) -> Vec<u8> {
    let mut bytes = (entries.len() as u32 + 7).to_le_bytes().to_vec();
    bytes.extend(4u16.to_le_bytes());
    bytes.extend(abbreviations.to_le_bytes());
    bytes.push(8);
    bytes.extend(entries);
    bytes
}

/// Code, tag, children, attributes.
fn abbreviation(code: u8, tag: u8, children: bool, attributes: &[(u8, u8)]) -> Vec<u8> {
    let mut bytes = vec![code, tag, u8::from(children)];
    bytes.extend(attributes.iter().flat_map(|&(name, form)| [name, form]));
    bytes.extend([0, 0]);
    bytes
}

fn reason(sections: &[Section<'_>]) -> String {
    let started = processor_time();
    let result = gimli_wasm::extract(&elf(sections));
    let took = processor_time() - started;
    assert!(took < Duration::from_secs(5), "took {took:?}");
    result.err().expect("refused").reason
}

#[test]
fn units_that_share_a_line_program() {
    let mut program = Vec::new();
    let header: &[u8] = &[1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, b'a', 0, 0, 0, 0, 0];
    program.extend((2 + 4 + header.len() as u32 + 400_000).to_le_bytes());
    program.extend(4u16.to_le_bytes());
    program.extend((header.len() as u32).to_le_bytes());
    program.extend(header);
    program.extend(vec![20; 400_000]);
    let one = unit(0, &[1, 0, 0, 0, 0]);
    let abbreviations = [abbreviation(1, 0x11, false, &[(0x10, 0x17)]), vec![0]].concat();
    let sections = |units: usize| {
        [
            debug(".debug_info", one.repeat(units)),
            debug(".debug_abbrev", abbreviations.clone()),
            debug(".debug_line", program.clone()),
        ]
    };
    assert!(gimli_wasm::extract(&elf(&sections(1))).is_ok());
    assert!(reason(&sections(30_000)).contains("line programs overlap"));
}

#[test]
fn entries_that_share_a_range_list() {
    let list: Vec<u8> = (0..20_000u64).flat_map(|n| [n.to_le_bytes(), (n + 1).to_le_bytes()].concat()).collect();
    let entries = [vec![1], [2, 0, 0, 0, 0].repeat(50_000), vec![0]].concat();
    let abbreviations = [
        abbreviation(1, 0x11, true, &[]),
        abbreviation(2, 0x2e, false, &[(0x55, 0x17)]),
        vec![0],
    ]
    .concat();
    assert!(reason(&[
        debug(".debug_info", unit(0, &entries)),
        debug(".debug_abbrev", abbreviations),
        debug(".debug_ranges", list),
    ])
    .contains("range lists overlap"));
}

#[test]
fn entries_that_share_a_range_list_without_ranges() {
    // Each entry of the list only chooses a base.
    let list: Vec<u8> = (0..20_000u64).flat_map(|n| [u64::MAX.to_le_bytes(), n.to_le_bytes()].concat()).collect();
    let entries = [vec![1], [2, 0, 0, 0, 0].repeat(50_000), vec![0]].concat();
    let abbreviations =
        [abbreviation(1, 0x11, true, &[]), abbreviation(2, 0x2e, false, &[(0x55, 0x17)]), vec![0]].concat();
    assert!(reason(&[
        debug(".debug_info", unit(0, &entries)),
        debug(".debug_abbrev", abbreviations),
        debug(".debug_ranges", [list, vec![0; 16]].concat()),
    ])
    .contains("range lists overlap"));
}

#[test]
fn attributes_that_take_no_bytes() {
    // DW_AT_external, DW_FORM_flag_present.
    let abbreviations =
        [abbreviation(1, 0x11, true, &[]), abbreviation(2, 0x34, false, &vec![(0x3f, 0x19); 100_000]), vec![0]];
    let entries = [vec![1], vec![2; 100_000], vec![0]].concat();
    assert!(reason(&[
        debug(".debug_info", unit(0, &entries)),
        debug(".debug_abbrev", abbreviations.concat()),
    ])
    .contains("too many attributes"));
}

#[test]
fn units_whose_abbreviation_tables_overlap() {
    // Each table starts one abbreviation later and would run to the end of the section.
    let one = abbreviation(1, 0x11, false, &[]);
    let abbreviations: Vec<u8> = (0..30_000u32)
        .flat_map(|n| [vec![0x80 | (n & 0x7f) as u8, 0x80 | (n >> 7 & 0x7f) as u8, (n >> 14) as u8], one[1..].to_vec()].concat())
        .collect();
    let units: Vec<u8> = (0..30_000u32).flat_map(|n| unit(n * 7, &[0])).collect();
    let started = processor_time();
    let _ = gimli_wasm::extract(&elf(&[
        debug(".debug_info", units),
        debug(".debug_abbrev", abbreviations),
    ]));
    let took = processor_time() - started;
    assert!(took < Duration::from_secs(5), "took {took:?}");
}

fn compressed(kind: u32, size: u64, data: &[u8]) -> Section<'static> {
    let mut content = kind.to_le_bytes().to_vec();
    content.extend(0u32.to_le_bytes());
    content.extend(size.to_le_bytes());
    content.extend(1u64.to_le_bytes());
    content.extend(data);
    Section { flags: COMPRESSED, ..debug(".debug_str", content) }
}

#[test]
fn compressed_sections_that_lie_about_their_size() {
    const ZLIB: u32 = 1;
    const ZSTD: u32 = 2;
    assert!(reason(&[compressed(ZLIB, 1 << 40, &[0; 100])]).contains("claims to unpack"));
    assert!(reason(&[compressed(ZLIB, 1000, b"no zlib")]).contains(".debug_str"));
    assert!(reason(&[compressed(9, 1000, b"what")]).contains("ompress"));
    // A zstd frame of 8 blocks, each one byte 128 Ki times, that claims to be a single byte.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for block in 0..8u32 {
        let header = u32::from(block == 7) | 1 << 1 | (128 << 10) << 3;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(b'x');
    }
    assert!(reason(&[compressed(ZSTD, 1, &frame)]).contains("does not unpack to the 1 bytes"));
    let whole = elf(&[compressed(ZSTD, 8 * (128 << 10), &frame)]);
    assert_eq!(gimli_wasm::extract(&whole).err(), None);
}

/// A section of an assembler from before there was a flag for compression: a word, the size, and zlib.
fn old_compressed(name: &'static str, size: u64, data: &[u8]) -> Section<'static> {
    debug(name, [&b"ZLIB"[..], &size.to_be_bytes(), data].concat())
}

/// Bytes in zlib's format without compression: at most 64 KiB.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let (mut a, mut b) = (1u32, 0u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    let length = bytes.len() as u16;
    [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &(b << 16 | a).to_be_bytes()].concat()
}

#[test]
fn sections_of_the_old_name_are_read_within_the_same_limits() {
    assert!(reason(&[old_compressed(".zdebug_str", 1000, b"no zlib")]).contains(".zdebug_str is not zlib data"));
    assert!(reason(&[old_compressed(".zdebug_str", u64::from(u32::MAX), &[0; 100])]).contains("claims to unpack"));
    assert!(reason(&[old_compressed(".zdebug_str", 2, &stored(b"text"))]).contains("does not unpack to the 2 bytes"));
    reason(&[debug(".zdebug_str", b"no header".to_vec())]);
    let both = [debug(".debug_str", b"a\0".to_vec()), old_compressed(".zdebug_str", 2, &stored(b"b\0"))];
    assert!(reason(&both).contains("both spellings"));
    let whole = elf(&[old_compressed(".zdebug_str", 2, &stored(b"b\0"))]);
    assert_eq!(gimli_wasm::extract(&whole).err(), None);
    // Such sections are read, not skipped: they cause the same error as plain ones.
    let overlapping = |info: Section<'static>, abbreviations: Section<'static>| reason(&[info, abbreviations]);
    let entries = [vec![1], vec![2; 100_000], vec![0]].concat();
    let abbreviations =
        [abbreviation(1, 0x11, true, &[]), abbreviation(2, 0x34, false, &vec![(0x3f, 0x19); 10_000]), vec![0]].concat();
    let packed = old_compressed(".zdebug_abbrev", abbreviations.len() as u64, &stored(&abbreviations));
    assert!(overlapping(debug(".debug_info", unit(0, &entries)), packed).contains("too many attributes"));
}
