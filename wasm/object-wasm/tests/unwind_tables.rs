//! What a program puts among the tables that tell how functions are unwound is no table (rules 4.3, 4.25).

use artifact::mutate::object_of;
use artifact::NONE;
use object_wasm::{section_flag, ObjectTables};
use std::path::Path;

const LINUX: &str = "x86_64-unknown-linux-gnu";
const GNU: &str = "x86_64-pc-windows-gnu";
const MSVC: &str = "x86_64-pc-windows-msvc";
const MACOS: &str = "aarch64-apple-darwin";

fn extract(test: &str, target: &str, source: &str) -> ObjectTables {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unwind").join(test).join(target);
    object_wasm::extract(&object_of(&directory, target, source)).unwrap()
}

/// The names that lead from `from` in one step, `?` for what has none.
fn from<'a>(tables: &'a ObjectTables, from: &str) -> Vec<&'a str> {
    let text = |id: u32| if id == NONE { "?" } else { tables.strings.get(id) };
    let target = |node: u32, symbol: u32| if node == NONE { text(symbol) } else { text(tables.node_symbol[node as usize]) };
    (0..tables.ref_section.len())
        .filter(|&row| text(tables.node_symbol[tables.ref_from_node[row] as usize]) == from)
        .map(|row| target(tables.ref_to_node[row], tables.ref_to_symbol[row]))
        .collect()
}

fn is_kept(tables: &ObjectTables, name: &str) -> bool {
    let node = tables.node_symbol.iter().position(|&id| id != NONE && tables.strings.get(id) == name).expect(name);
    tables.node_retained[node] || tables.section_flags[tables.node_section[node] as usize] & section_flag::RETAIN != 0
}

const UNWINDS: &str = r#"
#![no_std]
extern "C-unwind" { fn other(); }
struct Guard;
impl Drop for Guard { fn drop(&mut self) { unsafe { other() } } }
#[no_mangle] pub extern "C-unwind" fn one() { let _guard = Guard; unsafe { other() } }
#[no_mangle] pub extern "C-unwind" fn two() { one() }
"#;

#[test]
fn a_static_in_a_table_leads_where_it_points() {
    let places: [(&str, &[&str]); 4] = [
        (LINUX, &[".eh_frame"]),
        (GNU, &[".xdata", ".pdata", ".xdata$x", ".pdata$x", ".eh_frame", ".gcc_except_table"]),
        (MSVC, &[".xdata", ".pdata", ".xdata$x", ".pdata$x", ".eh_frame", ".gcc_except_table"]),
        (MACOS, &["__TEXT,__eh_frame", "__LD,__mine", "__LLVM,__mine"]),
    ];
    for (target, sections) in places {
        for section in sections {
            let source = format!("{UNWINDS}\n#[no_mangle] #[link_section = {section:?}] pub static HOOK: extern \"C-unwind\" fn() = two;\n");
            let tables = extract(&section.replace(['.', '$', ','], "_"), target, &source);
            assert!(from(&tables, "HOOK").contains(&"two"), "{section} of {target}");
            // Linkers of Windows keep it unasked.
            assert!(target == LINUX || target == MACOS || is_kept(&tables, "HOOK"), "{section} of {target}");
        }
    }
}

#[test]
fn a_label_in_a_table_that_code_refers_to() {
    for (target, section) in [(LINUX, ".eh_frame,\"a\""), (GNU, ".pdata,\"dr\""), (MSVC, ".pdata,\"dr\"")] {
        let assembly = format!(
            "{UNWINDS}\ncore::arch::global_asm!(\".section {}\", \".Lhook: .quad two\", \".text\", \".globl reader\", \"reader: lea rax, [rip + .Lhook]\");",
            section.replace('"', "\\\"")
        );
        let tables = extract("label", target, &assembly);
        let table = from(&tables, "?");
        assert!(table.contains(&"two"), "{table:?} on {target}");
    }
}

#[test]
fn an_entry_of_a_function_that_is_elsewhere() {
    let assembly = "core::arch::global_asm!(\".section .pdata,\\\"dr\\\"\", \".rva other\", \".rva other + 4\", \".rva handled\");";
    let source = format!("{UNWINDS}\n#[no_mangle] pub extern \"C\" fn handled() {{}}\n{assembly}");
    let tables = extract("elsewhere", MSVC, &source);
    assert!(from(&tables, "?").contains(&"handled"));
}

#[test]
fn tables_of_compilers_refer_to_nothing_by_themselves() {
    for target in [LINUX, GNU, MSVC, MACOS] {
        let tables = extract("compilers", target, UNWINDS);
        let of_tables = (0..tables.ref_section.len()).filter(|&row| tables.section_is_frame[tables.ref_section[row] as usize]);
        assert_eq!(of_tables.count(), 0, "{target}");
        assert!(!tables.frame_edge_from.is_empty(), "{target}");
    }
}

#[test]
fn what_looks_like_debug_info() {
    let assembly = |section: &str, label: &str| {
        format!("{UNWINDS}\ncore::arch::global_asm!(\".section {section}\", \"{label}\", \".text\", \".globl reader\", \"reader: lea rax, [rip + hidden]\");")
    };
    let tables = extract("shown", GNU, &assembly(".debug_mine,\\\"rD\\\"", ".globl hidden; hidden: .quad two"));
    assert_eq!(from(&tables, "hidden"), ["two"]);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unwind").join("debug");
    let places = [
        (GNU, assembly(".debug_mine,\\\"rD\\\"", "hidden: .quad two")),
        (MACOS, format!("{UNWINDS}\n#[no_mangle] #[link_section = \"__LD,__compact_unwind,regular,debug\"] pub static HOOK: usize = 1;\n#[no_mangle] pub extern \"C\" fn reads() -> &'static usize {{ &HOOK }}")),
    ];
    for (target, source) in places {
        let error = object_wasm::extract(&object_of(&directory.join(target), target, &source)).err().expect(target);
        assert!(error.reason.ends_with("which is debug info, or left out of the program"), "{}", error.reason);
    }
}
