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
    let places: [(&str, &[&str]); 3] = [
        (GNU, &[".xdata", ".xdata$x", ".eh_frame", ".gcc_except_table"]),
        (MSVC, &[".xdata", ".xdata$x", ".eh_frame", ".gcc_except_table"]),
        (MACOS, &["__LD,__mine"]),
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
fn tables_of_compilers_refer_to_nothing_by_themselves() {
    for target in [LINUX, GNU, MSVC, MACOS] {
        let tables = extract("compilers", target, UNWINDS);
        let of_tables = (0..tables.ref_section.len()).filter(|&row| tables.section_is_frame[tables.ref_section[row] as usize]);
        assert_eq!(of_tables.count(), 0, "{target}");
        assert!(!tables.frame_edge_from.is_empty(), "{target}");
    }
}
