//! The boundary to JavaScript: each column is copied out once as a typed array.

use crate::ObjectTables as Tables;
use artefact::ExtractError;
use js_sys::{Uint32Array, Uint8Array};
use wasm_bindgen::prelude::*;

fn to_js(error: ExtractError) -> JsValue {
    let js = js_sys::Error::new(&error.reason);
    js.set_name("ExtractError");
    let _ = js_sys::Reflect::set(&js, &"member".into(), &error.member.into());
    js.into()
}

/// Tables of one input; see [`crate::ObjectTables`] for the meaning of the columns.
#[wasm_bindgen]
pub struct ObjectTables(Tables);

macro_rules! columns {
    ($type:ident: $($field:ident $js:literal $array:ident),* $(,)?) => {
        #[wasm_bindgen]
        impl $type {
            $(
                #[wasm_bindgen(getter, js_name = $js)]
                pub fn $field(&self) -> $array { $array::from(&self.0.$field[..]) }
            )*
        }
    };
}

columns!(ObjectTables:
    member_name "memberName" Uint32Array,
    member_file "memberFile" Uint32Array,
    member_first_section "memberFirstSection" Uint32Array,
    member_section_count "memberSectionCount" Uint32Array,
    member_machine "memberMachine" Uint32Array,
    skipped_name "skippedName" Uint32Array,
    skipped_kind "skippedKind" Uint8Array,
    section_name "sectionName" Uint32Array,
    section_flags "sectionFlags" Uint32Array,
    section_size "sectionSize" Uint32Array,
    section_group "sectionGroup" Uint32Array,
    section_link_order "sectionLinkOrder" Uint32Array,
    node_section "nodeSection" Uint32Array,
    node_start "nodeStart" Uint32Array,
    node_size "nodeSize" Uint32Array,
    node_symbol "nodeSymbol" Uint32Array,
    node_binding "nodeBinding" Uint8Array,
    node_visibility "nodeVisibility" Uint8Array,
    node_kind "nodeKind" Uint8Array,
    absolute_symbol "absoluteSymbol" Uint32Array,
    ref_section "refSection" Uint32Array,
    ref_offset "refOffset" Uint32Array,
    ref_from_node "refFromNode" Uint32Array,
    ref_to_node "refToNode" Uint32Array,
    ref_to_symbol "refToSymbol" Uint32Array,
    frame_edge_from "frameEdgeFrom" Uint32Array,
    frame_edge_to_node "frameEdgeToNode" Uint32Array,
    frame_edge_to_symbol "frameEdgeToSymbol" Uint32Array,
    undefined_member "undefinedMember" Uint32Array,
    undefined_symbol "undefinedSymbol" Uint32Array,
);

#[wasm_bindgen]
impl ObjectTables {
    #[wasm_bindgen(getter, js_name = "stringOffsets")]
    pub fn string_offsets(&self) -> Uint32Array {
        Uint32Array::from(&self.0.strings.offsets[..])
    }

    #[wasm_bindgen(getter, js_name = "stringBytes")]
    pub fn string_bytes(&self) -> Uint8Array {
        Uint8Array::from(&self.0.strings.bytes[..])
    }
}

/// Symbols of a linked file; see [`crate::LinkedSymbols`].
#[wasm_bindgen]
pub struct LinkedSymbols(crate::LinkedSymbols);

columns!(LinkedSymbols:
    name "name" Uint32Array,
    file "file" Uint32Array,
);

#[wasm_bindgen]
impl LinkedSymbols {
    #[wasm_bindgen(getter, js_name = "stringOffsets")]
    pub fn string_offsets(&self) -> Uint32Array {
        Uint32Array::from(&self.0.strings.offsets[..])
    }

    #[wasm_bindgen(getter, js_name = "stringBytes")]
    pub fn string_bytes(&self) -> Uint8Array {
        Uint8Array::from(&self.0.strings.bytes[..])
    }
}

/// Reads the symbol table of an executable or shared object; throws an `ExtractError`.
#[wasm_bindgen(js_name = "linkedSymbols")]
pub fn linked_symbols(data: &[u8]) -> Result<LinkedSymbols, JsValue> {
    crate::linked_symbols(data).map(LinkedSymbols).map_err(to_js)
}

/// Names of a string table; see [`crate::SplitNames`].
#[wasm_bindgen]
pub struct SplitNames(crate::SplitNames);

columns!(SplitNames:
    start "start" Uint32Array,
    name_ids "nameIds" Uint32Array,
);

#[wasm_bindgen]
impl SplitNames {
    #[wasm_bindgen(getter, js_name = "nameOffsets")]
    pub fn name_offsets(&self) -> Uint32Array {
        Uint32Array::from(&self.0.names.offsets[..])
    }

    #[wasm_bindgen(getter, js_name = "nameBytes")]
    pub fn name_bytes(&self) -> Uint8Array {
        Uint8Array::from(&self.0.names.bytes[..])
    }
}

/// Reads an object file or archive; throws an `ExtractError` with the member at fault.
#[wasm_bindgen]
pub fn extract(data: &[u8]) -> Result<ObjectTables, JsValue> {
    let tables = crate::extract(data);
    artefact::start_reading("");
    tables.map(ObjectTables).map_err(to_js)
}

/// The member at which this instance stopped for good.
#[wasm_bindgen]
pub fn reading() -> String {
    artefact::reading()
}

/// Splits the strings `bytes[offsets[i]..offsets[i + 1]]` into names.
#[wasm_bindgen(js_name = "splitNames")]
pub fn split_names(offsets: &[u32], bytes: &[u8]) -> Result<SplitNames, JsValue> {
    let mut texts = Vec::with_capacity(offsets.len());
    for pair in offsets.windows(2) {
        let text = bytes
            .get(pair[0] as usize..pair[1] as usize)
            .and_then(|b| std::str::from_utf8(b).ok())
            .ok_or_else(|| to_js(ExtractError::new("", "string table is not UTF-8")))?;
        texts.push(text);
    }
    crate::split_names(texts.into_iter()).map(SplitNames).map_err(|reason| to_js(ExtractError::new("", reason)))
}

/// A symbol as a person reads it, without hash.
#[wasm_bindgen]
pub fn demangle(symbol: &str) -> String {
    crate::demangle(symbol).into_owned()
}
