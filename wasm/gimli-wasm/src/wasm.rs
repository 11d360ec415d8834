//! What other programs call: `wasm-pack build` makes a package of it. Results are plain data.

use crate::tables::DwarfTables;
use artifact::NONE;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// The debug info of an object file, or of all members of an archive. Sections are numbered over all members, each with its
/// null section, as the package `object-wasm` numbers them; lines and columns count from 1, and 0 means unknown.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DebugInfo {
    /// Sorted by section and offset.
    pub line_rows: Vec<LineRow>,
    pub functions: Vec<FunctionRange>,
    /// Sorted by section, start and depth.
    pub inlined_calls: Vec<InlinedCall>,
    pub statics: Vec<Static>,
}

/// The code from `offset` to that of the next row comes from this line.
#[derive(Serialize, Tsify)]
pub struct LineRow {
    pub section: u32,
    pub offset: u32,
    /// Absolute path; none ends a sequence: what follows has no line.
    pub file: Option<String>,
    pub line: u32,
    pub column: u32,
}

/// A range of a function's code.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRange {
    pub section: u32,
    pub start: u32,
    pub end: u32,
    /// Its symbol.
    pub linkage_name: Option<String>,
    /// Its name with namespaces; none where a v0 symbol says all of it.
    pub qualified_name: Option<String>,
    pub file: Option<String>,
    pub line: u32,
}

/// A range of code that belongs to a function which was inlined here, and where it was called.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct InlinedCall {
    pub section: u32,
    pub start: u32,
    pub end: u32,
    /// Row of the inlined call around it; none directly in the function.
    pub parent: Option<u32>,
    pub depth: u32,
    pub linkage_name: Option<String>,
    pub qualified_name: Option<String>,
    pub call_file: Option<String>,
    pub call_line: u32,
    pub call_column: u32,
}

/// A static with a fixed place; rustc writes them at `debuginfo=2`.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Static {
    pub section: u32,
    pub offset: u32,
    pub linkage_name: Option<String>,
    pub qualified_name: Option<String>,
    pub file: Option<String>,
    pub line: u32,
}

/// Reads the DWARF of a relocatable ELF object, or of an `ar` archive of them; one without debug info has no rows. Throws an
/// `Error` that says what cannot be read, and in which member.
#[wasm_bindgen(js_name = "readDebugInfo")]
pub fn read_debug_info(bytes: &[u8]) -> Result<Ts<DebugInfo>, JsError> {
    Ok(debug_info(&crate::extract(bytes)?).into_ts()?)
}

fn debug_info(tables: &DwarfTables) -> DebugInfo {
    let row = |id: u32| (id != NONE).then_some(id);
    let text = |id: u32| row(id).map(|id| tables.strings.get(id).to_string());
    let line_row = |i: usize| LineRow {
        section: tables.row_section[i],
        offset: tables.row_offset[i],
        file: text(tables.row_file[i]),
        line: tables.row_line[i],
        column: tables.row_column[i],
    };
    let function = |i: usize| FunctionRange {
        section: tables.function_section[i],
        start: tables.function_start[i],
        end: tables.function_end[i],
        linkage_name: text(tables.function_linkage[i]),
        qualified_name: text(tables.function_qualified[i]),
        file: text(tables.function_file[i]),
        line: tables.function_line[i],
    };
    let inlined_call = |i: usize| InlinedCall {
        section: tables.inlined_section[i],
        start: tables.inlined_start[i],
        end: tables.inlined_end[i],
        parent: row(tables.inlined_parent[i]),
        depth: tables.inlined_depth[i],
        linkage_name: text(tables.inlined_linkage[i]),
        qualified_name: text(tables.inlined_qualified[i]),
        call_file: text(tables.inlined_call_file[i]),
        call_line: tables.inlined_call_line[i],
        call_column: tables.inlined_call_column[i],
    };
    let variable = |i: usize| Static {
        section: tables.variable_section[i],
        offset: tables.variable_offset[i],
        linkage_name: text(tables.variable_linkage[i]),
        qualified_name: text(tables.variable_qualified[i]),
        file: text(tables.variable_file[i]),
        line: tables.variable_line[i],
    };
    DebugInfo {
        line_rows: (0..tables.row_section.len()).map(line_row).collect(),
        functions: (0..tables.function_section.len()).map(function).collect(),
        inlined_calls: (0..tables.inlined_section.len()).map(inlined_call).collect(),
        statics: (0..tables.variable_section.len()).map(variable).collect(),
    }
}
