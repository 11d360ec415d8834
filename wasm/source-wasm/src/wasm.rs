//! The boundary to JavaScript.

use js_sys::{Uint32Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// Hits of one source; see [`crate::SourceHits`]. `ok` is false when the file is no source.
#[wasm_bindgen]
pub struct SourceHits {
    hits: Option<crate::SourceHits>,
}

#[wasm_bindgen]
impl SourceHits {
    #[wasm_bindgen(getter)]
    pub fn ok(&self) -> bool {
        self.hits.is_some()
    }

    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> Uint8Array {
        Uint8Array::from(self.hits.as_ref().map_or(&[][..], |h| &h.kind))
    }

    #[wasm_bindgen(getter)]
    pub fn line(&self) -> Uint32Array {
        Uint32Array::from(self.hits.as_ref().map_or(&[][..], |h| &h.line))
    }

    #[wasm_bindgen(getter)]
    pub fn column(&self) -> Uint32Array {
        Uint32Array::from(self.hits.as_ref().map_or(&[][..], |h| &h.column))
    }
}

/// Scans the bytes of a file that rustc read.
#[wasm_bindgen]
pub fn scan(bytes: &[u8]) -> SourceHits {
    SourceHits { hits: crate::scan(bytes) }
}
