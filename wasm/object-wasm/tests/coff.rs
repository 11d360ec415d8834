//! What COFF objects say (rules 4.25, 9.12): made by rustc, some of it from assembly.

use artifact::mutate::{big, coff, coff_symbol, object_of, CoffSection};
use artifact::NONE;
use object_wasm::{binding, section_flag, ObjectTables};
use std::path::Path;

const GNU: &str = "x86_64-pc-windows-gnu";
const MSVC: &str = "x86_64-pc-windows-msvc";

fn compile(test: &str, target: &str, source: &str) -> Vec<u8> {
    object_of(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("coff").join(test), target, source)
}

/// Every reference, as names of its two ends; `?` for what has no name.
fn references(tables: &ObjectTables) -> Vec<(&str, &str)> {
    let text = |id: u32| if id == NONE { "?" } else { tables.strings.get(id) };
    let node = |node: u32| text(tables.node_symbol[node as usize]);
    (0..tables.ref_section.len())
        .map(|row| {
            let to = match tables.ref_to_node[row] {
                NONE => text(tables.ref_to_symbol[row]),
                to => node(to),
            };
            (node(tables.ref_from_node[row]), to)
        })
        .collect()
}

const OUTSIDE: &str = r#"
#![no_std]
core::arch::global_asm!(
    ".section .drectve,\"yn\"",
    ".ascii \" /INCLUDE:kept -export:\\\"exported\\\",data /alternatename:from=to /DEFAULTLIB:libcmt\"",
    ".text",
    ".weak lazy",
    ".globl caller",
    ".def caller; .scl 2; .type 32; .endef",
    "caller: call lazy",
    "call *__imp_Sleep(%rip)",
    "ret",
    options(att_syntax)
);
"#;

#[test]
fn what_an_object_says_outside_of_its_sections() {
    let tables = object_wasm::extract(&compile("outside", GNU, OUTSIDE)).unwrap();
    let references = references(&tables);
    for reference in [("?", "kept"), ("?", "exported"), ("from", "to"), ("caller", "lazy"), ("caller", "__imp_Sleep"), ("caller", "Sleep")] {
        assert!(references.contains(&reference), "{reference:?} in {references:?}");
    }
    // What the directives keep hangs on a node that is kept itself.
    let root = tables.node_retained.iter().position(|&is_retained| is_retained).unwrap();
    assert_eq!((tables.node_section[root], tables.node_symbol[root]), (0, NONE));
    assert_ne!(tables.section_flags[0] & section_flag::ALLOC, 0);
    let bound = |name: &str| {
        let named = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name);
        named.map(|node| tables.node_binding[node])
    };
    assert_eq!(bound("from"), Some(binding::FALLBACK));
    assert_eq!(bound("lazy"), Some(binding::FALLBACK));
    assert_eq!(bound("caller"), Some(binding::GLOBAL));
}

const FUNCTIONS: &str = r#"
#![no_std]
extern "C" { fn other(); }
#[no_mangle] #[inline(never)] pub extern "C" fn one() { unsafe { other() } }
#[no_mangle] pub extern "C" fn two() { one() }
#[used] #[no_mangle] #[link_section = ".CRT$XCU"] static START: extern "C" fn() = two;
#[no_mangle] #[link_section = ".list$b"] pub static ITEM: extern "C" fn() = one;
"#;

#[test]
fn functions_of_a_shared_section_live_apart() {
    let tables = object_wasm::extract(&compile("shared", GNU, FUNCTIONS)).unwrap();
    let node = |name: &str| {
        let named = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name);
        named.unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(tables.node_section[node("one")], tables.node_section[node("two")]);
    assert!(tables.node_starts_piece[node("one")] && tables.node_starts_piece[node("two")]);
    let start = tables.section_flags[tables.node_section[node("START")] as usize];
    assert_ne!(start & section_flag::ROOT_ARRAY, 0);
    let references = references(&tables);
    for reference in [("one", "other"), ("two", "one"), ("START", "two"), ("ITEM", "one"), ("ITEM", "__start__")] {
        let found = references.iter().any(|(from, to)| *from == reference.0 && to.starts_with(reference.1));
        assert!(found, "{reference:?} in {references:?}");
    }
}

#[test]
fn sections_of_msvc_follow_their_leaders() {
    let tables = object_wasm::extract(&compile("leaders", MSVC, FUNCTIONS)).unwrap();
    let one = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == "one").unwrap();
    let section = tables.node_section[one];
    assert!(!tables.node_starts_piece[one]);
    assert!(tables.section_link_order.contains(&section), "its .pdata follows it");
    // #[used] is a directive there.
    assert!(references(&tables).contains(&("?", "START")));
}

const CHOSEN: &str = r#"
#![no_std]
#[no_mangle] pub extern "C" fn one() {}
#[no_mangle] #[link_section = "mine"] pub static NAMED: extern "C" fn() = one;
#[no_mangle] #[link_section = ".mine"] pub static DOTTED: extern "C" fn() = one;
#[no_mangle] #[link_section = ".mine$b"] pub static LISTED: extern "C" fn() = one;
#[no_mangle] #[link_section = ".rdata$mine_b"] pub static HIDDEN: extern "C" fn() = one;
#[no_mangle] #[link_section = ".debug_mine"] pub static NO_DEBUG: extern "C" fn() = one;
#[no_mangle] #[link_section = ".rsrc$mine"] pub static NO_RESOURCE: extern "C" fn() = one;
#[no_mangle] pub static PLAIN: extern "C" fn() = one;
"#;

#[test]
fn sections_that_a_program_names_are_kept() {
    for target in [GNU, MSVC] {
        let tables = object_wasm::extract(&compile("chosen", target, CHOSEN)).unwrap();
        let is_kept = |name: &str| {
            let node = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name).unwrap();
            tables.section_flags[tables.node_section[node] as usize] & section_flag::RETAIN != 0
        };
        let chosen = ["NAMED", "DOTTED", "LISTED", "HIDDEN", "NO_DEBUG", "NO_RESOURCE"];
        assert_eq!(chosen.map(is_kept), [true; 6], "{target}");
        assert_eq!(["PLAIN", "one"].map(is_kept), [false; 2], "{target}");
        let kept = tables.section_flags.iter().filter(|&&flags| flags & section_flag::RETAIN != 0).count();
        assert_eq!(kept, 6, "{target}");
    }
}

#[test]
fn an_object_with_room_for_many_sections() {
    for target in [GNU, MSVC] {
        let object = compile(&format!("big-{target}"), target, FUNCTIONS);
        let (small, large) = (object_wasm::extract(&object).unwrap(), object_wasm::extract(&big(&object)).unwrap());
        assert_eq!(references(&small), references(&large));
        assert_eq!(small.section_flags, large.section_flags);
        assert_eq!(small.section_link_order, large.section_link_order);
    }
}

#[test]
fn a_relocation_that_is_not_known() {
    let object = compile("unknown", GNU, FUNCTIONS);
    let word = |at: usize| u32::from_le_bytes(object[at..at + 4].try_into().unwrap()) as usize;
    // .text is the first section; its relocations: place, symbol, kind.
    let mut broken = object.clone();
    broken[word(20 + 24) + 8] = 0x0e;
    let error = object_wasm::extract(&broken).err().unwrap();
    assert_eq!(error.reason, "section 1 (.text) has a relocation of kind 14 for COFF machine 0x8664, which is not known");
}

#[test]
fn sections_that_share_their_bytes() {
    let object = compile("share", GNU, FUNCTIONS);
    // All sections have the relocations of the first, many times over.
    let mut broken = object.clone();
    for section in 0..u16::from_le_bytes([object[2], object[3]]) as usize {
        broken[20 + 40 * section + 24..][..4].copy_from_slice(&60u32.to_le_bytes());
        broken[20 + 40 * section + 32..][..2].copy_from_slice(&40u16.to_le_bytes());
    }
    assert_eq!(object_wasm::extract(&broken).err().unwrap().reason, "its sections overlap");
}

#[test]
fn imports_define_names_without_code() {
    let import = |kind: u16| {
        let names = b"Sleep\0kernel32.dll\0";
        let mut file = vec![0, 0, 0xff, 0xff, 0, 0, 0x64, 0x86, 0, 0, 0, 0];
        file.extend((names.len() as u32).to_le_bytes());
        file.extend([0, 0]);
        file.extend((kind | 1 << 2).to_le_bytes());
        file.extend(names);
        file
    };
    let names = |kind: u16| {
        let tables = object_wasm::extract(&import(kind)).unwrap();
        assert_eq!((tables.member_machine[0], tables.section_name.len()), (62, 0));
        tables.absolute_symbol.iter().map(|&id| tables.strings.get(id).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["Sleep", "__imp_Sleep"]);
    assert_eq!(names(1), ["__imp_Sleep"]);
}

const CODE: u32 = 0x6000_0020;
const DATA: u32 = 0x4000_0040;
const DISCARDABLE: u32 = 0x0200_0000;
const COMDAT: u32 = 0x1000;
const ADDR64: u16 = 1;
const ADDR32NB: u16 = 3;
const EXTERNAL: u8 = 2;
const STATIC: u8 = 3;

/// `.text`, whose first eight bytes refer to symbol 0, and another section, which refers to symbol 1.
fn with_section(name: &[u8; 8], characteristics: u32, relocations: &[(u32, u32, u16)], symbols: &[[u8; 18]]) -> Result<ObjectTables, String> {
    let sections: [CoffSection<'_>; 2] =
        [(b".text\0\0\0", CODE, &[0; 16], &[(0, 0, ADDR64)]), (name, characteristics, &[0; 24], relocations)];
    object_wasm::extract(&coff(&sections, symbols)).map_err(|error| error.reason)
}

#[test]
fn a_reference_is_never_lost_without_a_word() {
    let evil = coff_symbol(b"evil\0\0\0\0", 0, 0x20, EXTERNAL);
    let to = |first: [u8; 18]| with_section(b".data\0\0\0", DATA, &[], &[first, evil]);
    assert!(to(coff_symbol(b"a\0\0\0\0\0\0\0", 0, 0, EXTERNAL)).is_ok());
    assert!(to(coff_symbol(b"a\0\0\0\0\0\0\0", -1, 0, STATIC)).is_ok());
    let error = to(coff_symbol(b"a\0\0\0\0\0\0\0", 0, 0, STATIC)).err().unwrap();
    assert_eq!(error, "relocation names symbol 0, which is neither defined nor seen outside");
    let error = to(coff_symbol(b"a\0\0\0\0\0\0\0", -2, 0, STATIC)).err().unwrap();
    assert_eq!(error, "relocation names symbol 0, which is neither defined nor seen outside");
    assert_eq!(to(coff_symbol(&[0, 0, 0, 0, 4, 0, 0, 0], 0, 0, EXTERNAL)).err().unwrap(), "symbol 0 is seen outside and has no name");
    assert_eq!(to(coff_symbol(b"a\0\0\0\0\0\0\0", -3, 0, EXTERNAL)).err().unwrap(), "symbol 0 is seen outside and lies in section -3");
}

#[test]
fn code_finds_nothing_in_sections_that_are_not_read_as_data() {
    let evil = coff_symbol(b"evil\0\0\0\0", 0, 0x20, EXTERNAL);
    let inside = |class| coff_symbol(b"table\0\0\0", 2, 0, class);
    let held = [(0, 1, ADDR64)];
    let of = |name: &[u8; 8], bits: u32, class: u8| with_section(name, DATA | bits, &held, &[inside(class), evil]);
    // MinGW's debug info lies in the program's memory.
    let error = of(b".debug_x", DISCARDABLE, STATIC).err().unwrap();
    assert_eq!(error, "section 1 (.text) refers to section 2 (.debug_x), which is not loaded");
    assert!(of(b".debug_x", DISCARDABLE, EXTERNAL).err().unwrap().contains("not loaded"));
    assert!(of(b".debug_x", 0, EXTERNAL).is_ok());
    assert_eq!(of(b".pdata\0\0", 0, STATIC).err().unwrap(), "section 1 (.text) refers to the unwind table in section 2");
    let elsewhere = with_section(b".pdata\0\0", DATA, &[], &[evil, inside(EXTERNAL)]).err().unwrap();
    assert_eq!(elsewhere, "symbol 1 is seen outside and lies in section 2 (.pdata), which holds no code or data");
    // A symbol of `.xdata`, and one that is called like a part of a function, hold what they refer to.
    for (name, called) in [(b".xdata\0\0", *b"table\0\0\0"), (b".data\0\0\0", *b"?dtor$1\0")] {
        let tables = with_section(name, DATA, &held, &[coff_symbol(&called, 2, 0, EXTERNAL), evil]).unwrap();
        let text = std::str::from_utf8(&called).unwrap().trim_end_matches('\0');
        assert!(references(&tables).contains(&(text, "evil")), "{:?}", references(&tables));
    }
}

#[test]
fn an_unwind_table_of_functions_that_are_not_there() {
    let table = |relocations: &[(u32, u32, u16)], function: [u8; 18]| {
        let symbols = [function, coff_symbol(b"handler\0", 0, 0x20, EXTERNAL)];
        with_section(b".pdata\0\0", DATA, relocations, &symbols)
    };
    let own = coff_symbol(b"own\0\0\0\0\0", 1, 0x20, EXTERNAL);
    let whole = [(0, 0, ADDR32NB), (4, 0, ADDR32NB), (8, 1, ADDR32NB)];
    let tables = table(&whole, own).unwrap();
    assert_eq!(tables.strings.get(tables.frame_edge_to_symbol[0]), "handler");
    let expected = "section 2 (.pdata) describes a function that is not in the object";
    assert_eq!(table(&whole, coff_symbol(b"other\0\0\0", 0, 0x20, EXTERNAL)).err().unwrap(), expected);
    // An address in numbers.
    assert_eq!(table(&whole[1..], own).err().unwrap(), expected);
}

#[test]
fn a_comdat_without_a_kind_and_symbols_without_a_table() {
    let own = coff_symbol(b"own\0\0\0\0\0", 1, 0x20, EXTERNAL);
    let error = with_section(b".text$x\0", CODE | COMDAT, &[], &[own]).err().unwrap();
    assert_eq!(error, "section 2 is a COMDAT of which no symbol says its kind");
    let mut object = coff(&[(b".text\0\0\0", CODE, &[0; 8], &[])], &[own]);
    object[8..12].fill(0);
    let error = object_wasm::extract(&object).err().unwrap();
    assert_eq!(error.reason, "its header counts 1 symbols and says no place of them");
}
