//! What Mach-O objects say (rules 4.25, 9.12): made by rustc, some of it from assembly.

use artifact::mutate::object_of;
use artifact::NONE;
use object_wasm::{section_flag, ObjectTables};
use std::path::Path;

const MACHINES: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];

fn compile(test: &str, target: &str, source: &str) -> Vec<u8> {
    object_of(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("macho").join(test).join(target), target, source)
}

fn node(tables: &ObjectTables, name: &str) -> usize {
    let named = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name);
    named.unwrap_or_else(|| panic!("no {name}"))
}

/// The names that a node refers to, by itself and by its unwind table; `?` for what has no name.
fn references<'a>(tables: &'a ObjectTables, from: usize) -> Vec<&'a str> {
    let text = |id: u32| if id == NONE { "?" } else { tables.strings.get(id) };
    let target = |node: u32, symbol: u32| if node == NONE { text(symbol) } else { text(tables.node_symbol[node as usize]) };
    let own = (0..tables.ref_section.len())
        .filter(|&row| tables.ref_from_node[row] as usize == from)
        .map(|row| target(tables.ref_to_node[row], tables.ref_to_symbol[row]));
    let unwind = (0..tables.frame_edge_from.len())
        .filter(|&row| tables.frame_edge_from[row] as usize == from)
        .map(|row| target(tables.frame_edge_to_node[row], tables.frame_edge_to_symbol[row]));
    own.chain(unwind).collect()
}

const SOURCE: &str = r#"
#![no_std]
extern "C-unwind" { fn other(); }
extern "C" { static LIMIT: u32; }
struct Guard;
impl Drop for Guard { fn drop(&mut self) { unsafe { other() } } }
#[no_mangle] #[inline(never)] pub extern "C-unwind" fn one() -> u32 { let _guard = Guard; unsafe { other(); LIMIT } }
#[no_mangle] pub extern "C-unwind" fn two() -> u32 { one() }
#[used] static KEPT: extern "C-unwind" fn() -> u32 = two;
#[no_mangle] #[link_section = "__DATA,__mod_init_func"] pub static START: extern "C-unwind" fn() -> u32 = two;
#[no_mangle] #[link_section = "__DATA,__list"] pub static ITEM: extern "C-unwind" fn() -> u32 = one;
core::arch::global_asm!(
    ".globl _entry",
    ".alt_entry _entry",
    "_entry: nop",
    ".globl _distance",
    ".section __DATA,__const",
    "_distance: .quad _two - _distance",
    ".globl _bounds",
    "_bounds: .quad \"section$start$__DATA$__list\"",
);
"#;

#[test]
fn symbols_live_apart_and_hold_what_they_refer_to() {
    for target in MACHINES {
        let tables = object_wasm::extract(&compile("atoms", target, SOURCE)).unwrap();
        let [one, two, entry] = ["one", "two", "entry"].map(|name| node(&tables, name));
        assert_eq!(tables.node_section[one], tables.node_section[two]);
        assert!(tables.node_starts_piece[one] && tables.node_starts_piece[two], "{target}");
        assert!(!tables.node_starts_piece[entry], "{target}: an entry of the piece before it");
        let of_one = references(&tables, one);
        for name in ["other", "LIMIT", "rust_eh_personality"] {
            assert!(of_one.contains(&name), "{target}: {name} in {of_one:?}");
        }
        assert!(references(&tables, two).contains(&"one"), "{target}");
        let start = node(&tables, "START");
        assert_ne!(tables.section_flags[tables.node_section[start] as usize] & section_flag::ROOT_ARRAY, 0, "{target}");
        assert_eq!(references(&tables, start), ["two"], "{target}");
        assert_eq!(references(&tables, node(&tables, "distance")), ["two"], "{target}");
        assert_eq!(references(&tables, node(&tables, "bounds")), ["__start___DATA__list"], "{target}");
        let item = tables.node_section[node(&tables, "ITEM")] as usize;
        assert_eq!(tables.strings.get(tables.section_name[item]), "__DATA__list", "{target}");
        let kept = (0..tables.node_symbol.len()).filter(|&node| tables.node_retained[node]);
        let kept: Vec<_> = kept.map(|node| tables.strings.get(tables.node_symbol[node])).collect();
        assert_eq!(kept.len(), 1, "{target}: {kept:?}");
        assert!(kept[0].contains("KEPT"), "{target}: {kept:?}");
    }
}

#[test]
fn what_is_not_known_is_named() {
    for (target, kind, machine) in [(MACHINES[0], 12, "0x100000c"), (MACHINES[1], 10, "0x1000007")] {
        let object = compile("unknown", target, SOURCE);
        let word = |at: usize| u32::from_le_bytes(object[at..at + 4].try_into().unwrap()) as usize;
        // The first section of the first load command; the last byte of a relocation has its kind.
        let relocations = word(32 + 72 + 56);
        let mut broken = object.clone();
        broken[relocations + 7] = broken[relocations + 7] & 0x0f | kind << 4;
        let error = object_wasm::extract(&broken).err().unwrap();
        let expected =
            format!("section 1 (__text) has a relocation of kind {kind} to a symbol for Mach-O machine {machine}, which is not known");
        assert_eq!(error.reason, expected);
        let mut broken = object.clone();
        broken[12] = 2;
        assert_eq!(object_wasm::extract(&broken).err().unwrap().reason, "not a relocatable object");
    }
}

/// An object of the assembly lines, or why it is not read.
fn assembled(test: &str, target: &str, lines: &[&str]) -> Result<ObjectTables, String> {
    let lines: Vec<String> = lines.iter().map(|line| format!("{line:?}")).collect();
    let source = format!("#![no_std]\ncore::arch::global_asm!({});", lines.join(","));
    object_wasm::extract(&compile(test, target, &source)).map_err(|error| error.reason)
}

#[test]
fn a_reference_is_never_lost_without_a_word() {
    for target in MACHINES {
        let of = |test: &str, lines: &[&str]| assembled(&format!("lost-{test}"), target, lines);
        // LLVM's linker loads whatever lies in this segment but the table of functions.
        let tables = of("segment", &[".section __LD,__mine", ".globl _table", "_table: .quad _evil"]).unwrap();
        assert_eq!(references(&tables, node(&tables, "table")), ["evil"], "{target}");
        let debug = [".section __DATA,__mine,regular,debug", "_table: .quad _evil", ".data", ".globl _user", "_user: .quad _table"];
        assert!(of("debug", &debug).err().unwrap().contains("which is not loaded"), "{target}");
        let pointers = [".section __DATA,__nl,non_lazy_symbol_pointers", "_table: .indirect_symbol _evil", ".quad 0"];
        assert!(of("pointers", &pointers).err().unwrap().contains("a table of indirect symbols, which is not read"), "{target}");
        let compact =
            [".section __LD,__compact_unwind,regular,debug", ".quad _other", ".long 4", ".long 0", ".quad _handler", ".quad 0"];
        assert_eq!(of("compact", &compact).err().unwrap(), "__compact_unwind describes a function that is not in the object", "{target}");
    }
}

#[test]
fn symbols_that_lead_nowhere() {
    for target in MACHINES {
        let object = compile("nowhere", target, SOURCE);
        let word = |at: usize| u32::from_le_bytes(object[at..at + 4].try_into().unwrap()) as usize;
        let mut command = 32;
        while word(command) != 2 {
            command += word(command + 4);
        }
        // The symbol of the first relocation of __text: its name, kind, section.
        let relocation = word(32 + 72 + 56);
        let symbol = word(command + 8) + 16 * (word(relocation + 4) & 0x00ff_ffff);
        let broken = |at: usize, bytes: &[u8]| {
            let mut broken = object.clone();
            broken[symbol + at..][..bytes.len()].copy_from_slice(bytes);
            object_wasm::extract(&broken).err().unwrap().reason
        };
        // Undefined, and not seen outside; a kind between the known ones; without a name.
        assert!(broken(4, &[0]).contains("which is neither defined nor seen outside"), "{target}");
        assert!(broken(4, &[5]).contains("is of kind 0x4, which is not known"), "{target}");
        let mut named = object.clone();
        // The first byte of the table of names ends an empty one.
        named[symbol..symbol + 4].fill(0);
        assert!(object_wasm::extract(&named).err().unwrap().reason.contains("seen outside and has no name"), "{target}");
        let mut twice = object.clone();
        let mut other = 32;
        while word(other) == 0x19 || word(other) == 2 || word(other + 4) < 24 {
            other += word(other + 4);
        }
        twice[other..other + 4].copy_from_slice(&2u32.to_le_bytes());
        twice[other + 8..other + 24].copy_from_slice(&object[command + 8..command + 24]);
        assert_eq!(object_wasm::extract(&twice).err().unwrap().reason, "it has two symbol tables", "{target}");
    }
}
