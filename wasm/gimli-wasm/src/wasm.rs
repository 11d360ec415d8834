//! The boundary to JavaScript: each column is copied out once as a typed array.

use crate::DwarfTables as Tables;
use artefact::ExtractError;
use js_sys::{Uint32Array, Uint8Array};
use wasm_bindgen::prelude::*;

fn to_js(error: ExtractError) -> JsValue {
    let js = js_sys::Error::new(&error.reason);
    js.set_name("ExtractError");
    let _ = js_sys::Reflect::set(&js, &"member".into(), &error.member.into());
    js.into()
}

/// Tables of one input; see [`crate::DwarfTables`] for the meaning of the columns.
#[wasm_bindgen]
pub struct DwarfTables(Tables);

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

columns!(DwarfTables:
    row_section "rowSection" Uint32Array,
    row_offset "rowOffset" Uint32Array,
    row_file "rowFile" Uint32Array,
    row_line "rowLine" Uint32Array,
    row_column "rowColumn" Uint32Array,
    function_section "functionSection" Uint32Array,
    function_start "functionStart" Uint32Array,
    function_end "functionEnd" Uint32Array,
    function_linkage "functionLinkage" Uint32Array,
    function_qualified "functionQualified" Uint32Array,
    function_file "functionFile" Uint32Array,
    function_line "functionLine" Uint32Array,
    inlined_section "inlinedSection" Uint32Array,
    inlined_start "inlinedStart" Uint32Array,
    inlined_end "inlinedEnd" Uint32Array,
    inlined_parent "inlinedParent" Uint32Array,
    inlined_depth "inlinedDepth" Uint32Array,
    inlined_linkage "inlinedLinkage" Uint32Array,
    inlined_qualified "inlinedQualified" Uint32Array,
    inlined_call_file "inlinedCallFile" Uint32Array,
    inlined_call_line "inlinedCallLine" Uint32Array,
    inlined_call_column "inlinedCallColumn" Uint32Array,
    variable_section "variableSection" Uint32Array,
    variable_offset "variableOffset" Uint32Array,
    variable_linkage "variableLinkage" Uint32Array,
    variable_qualified "variableQualified" Uint32Array,
    variable_file "variableFile" Uint32Array,
    variable_line "variableLine" Uint32Array,
);

#[wasm_bindgen]
impl DwarfTables {
    #[wasm_bindgen(getter, js_name = "stringOffsets")]
    pub fn string_offsets(&self) -> Uint32Array {
        Uint32Array::from(&self.0.strings.offsets[..])
    }

    #[wasm_bindgen(getter, js_name = "stringBytes")]
    pub fn string_bytes(&self) -> Uint8Array {
        Uint8Array::from(&self.0.strings.bytes[..])
    }
}

/// Reads the debug info of an object file or archive; throws an `ExtractError` with the member at fault.
#[wasm_bindgen]
pub fn extract(data: &[u8]) -> Result<DwarfTables, JsValue> {
    let tables = crate::extract(data);
    artefact::start_reading("");
    tables.map(DwarfTables).map_err(to_js)
}

/// The member at which this instance stopped for good.
#[wasm_bindgen]
pub fn reading() -> String {
    artefact::reading()
}
