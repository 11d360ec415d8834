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
#[no_mangle] #[link_section = ".tls"] pub static NO_THREAD: extern "C" fn() = one;
#[no_mangle] #[link_section = ".data$"] pub static LAST: extern "C" fn() = one;
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
        let chosen = ["NAMED", "DOTTED", "LISTED", "HIDDEN", "NO_DEBUG", "NO_RESOURCE", "NO_THREAD", "LAST"];
        assert_eq!(chosen.map(is_kept), [true; 8], "{target}");
        assert_eq!(["PLAIN", "one"].map(is_kept), [false; 2], "{target}");
        let kept = tables.section_flags.iter().filter(|&&flags| flags & section_flag::RETAIN != 0).count();
        assert_eq!(kept, 8, "{target}");
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
fn data_that_a_program_may_have_put_beside_others_lives_with_them() {
    let source = r#"
#![no_std]
use core::sync::atomic::AtomicUsize;
#[no_mangle] pub extern "C" fn one() {}
#[no_mangle] #[link_section = ".data"] pub static START: AtomicUsize = AtomicUsize::new(1);
#[no_mangle] #[link_section = ".data"] pub static HOOK: extern "C" fn() = one;
#[no_mangle] pub static OWN: AtomicUsize = AtomicUsize::new(2);
"#;
    let tables = object_wasm::extract(&compile("beside", GNU, source)).unwrap();
    let node = |name: &str| tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name).unwrap();
    // One section, and no piece of it, has all of them.
    assert_eq!(["START", "HOOK", "OWN"].map(|name| tables.node_section[node(name)]), [tables.node_section[node("OWN")]; 3]);
    assert_eq!(["START", "HOOK", "OWN"].map(|name| tables.node_starts_piece[node(name)]), [false; 3]);
    // Functions live apart from each other still.
    assert!(tables.node_starts_piece[node("one")]);
}

/// A short import object: `kind` is code (0) or data (1), `by` 0 a number, 1 the symbol, 2 the symbol without its first letter, 4 a third text.
fn import(machine: u16, names: &[u8], number: u16, kind: u16, by: u16) -> Vec<u8> {
    let mut file = vec![0, 0, 0xff, 0xff, 0, 0];
    file.extend(machine.to_le_bytes());
    file.extend([0; 4]);
    file.extend((names.len() as u32).to_le_bytes());
    file.extend(number.to_le_bytes());
    file.extend((kind | by << 2).to_le_bytes());
    file.extend(names);
    file
}

#[test]
fn imports_define_names_without_code() {
    let names = |kind: u16| {
        let tables = object_wasm::extract(&import(0x8664, b"Sleep\0kernel32.dll\0", 0, kind, 1)).unwrap();
        assert_eq!((tables.member_machine[0], tables.node_section.len()), (62, 0));
        tables.absolute_symbol.iter().map(|&id| tables.strings.get(id).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["Sleep", "__imp_Sleep"]);
    assert_eq!(names(1), ["__imp_Sleep"]);
}

#[test]
fn an_import_under_another_name_refers_to_what_the_dll_has() {
    let of = |file: &[u8]| -> Vec<(String, String)> {
        let tables = object_wasm::extract(file).unwrap();
        references(&tables).iter().map(|(from, to)| (from.to_string(), to.to_string())).collect()
    };
    let both = |name: &str, to: &str| vec![(name.to_string(), to.to_string()), (format!("__imp_{name}"), to.to_string())];
    let by_number = "\u{1}import ws2_32_dll::ordinal_4";
    assert_eq!(of(&import(0x8664, b"harmless\0WS2_32.dll\0", 4, 0, 0)), both("harmless", by_number));
    assert_eq!(of(&import(0x8664, b"harmless\0WS2_32.dll\0", 4, 1, 0)), both("harmless", by_number)[1..]);
    // A name that says what it is, and has a number alone.
    assert_eq!(of(&import(0x8664, b"connect\0WS2_32.dll\0", 4, 0, 0)), both("connect", by_number));
    assert_eq!(of(&import(0x8664, b"_connect\0a.dll\0", 0, 0, 2)), both("_connect", "\u{1}import connect"));
    assert_eq!(of(&import(0x8664, b"harmless\0a.dll\0connect\0", 0, 0, 4)), both("harmless", "\u{1}import connect"));
    // Names of 32-bit Windows, with the underscore of C and the bytes of arguments, are those of the DLL.
    for (names, by) in [(&b"_connect@12\0a.dll\0"[..], 1), (b"_connect@12\0a.dll\0", 2), (b"_connect@12\0a.dll\0", 3)] {
        assert_eq!(of(&import(0x14c, names, 0, 0, by)), []);
    }
}

#[test]
fn an_import_of_dlltool_refers_to_what_the_dll_has() {
    let symbols = [coff_symbol(b"__imp_a\0", 1, 0, EXTERNAL), coff_symbol(b"names\0\0\0", 2, 0, STATIC)];
    // The first section has the addresses, the second the names.
    let of = |address: &[u8; 8], relocations: &[(u32, u32, u16)], names: &[u8]| {
        let sections: [CoffSection<'_>; 2] = [(b".idata$5", DATA, address, relocations), (b".idata$6", DATA, names, &[])];
        object_wasm::extract(&coff(&sections, &symbols)).map_err(|error| error.reason)
    };
    let to = |tables: ObjectTables| references(&tables).iter().map(|(_, to)| to.to_string()).collect::<Vec<_>>();
    let at_name = [(0, 1, ADDR32NB)];
    assert!(to(of(&[0; 8], &at_name, b"\0\0connect\0").unwrap()).contains(&"\u{1}import connect".to_string()));
    assert_eq!(to(of(&[0; 8], &at_name, b"\0\0a\0").unwrap()), ["names"]);
    assert_eq!(to(of(&[4, 0, 0, 0, 0, 0, 0, 0x80], &[], b"").unwrap()), ["\u{1}import dll::ordinal_4"]);
    assert!(to(of(&[0; 8], &[], b"").unwrap()).is_empty());
    assert_eq!(of(&[0; 8], &at_name, b"\0\0").err().unwrap(), "section 2 has no name where an import looks for it");
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
