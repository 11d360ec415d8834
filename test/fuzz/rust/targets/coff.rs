//! COFF: objects, those with many sections, import objects and archives of them. Tables name what is there, lose no reference that
//! another reader sees, and become facts that are whole.
#![no_main]

#[path = "../../../../wasm/object-wasm/tests/kept/mod.rs"]
mod kept;
#[path = "../../../../wasm/facts/tests/whole/mod.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // ELF has a target of its own.
    if data.starts_with(b"\x7fELF") {
        return;
    }
    _ = object_wasm::mentioned_symbols(data);
    let Ok(tables) = object_wasm::extract(data) else { return };
    kept::rows(&tables);
    kept::references(data, &tables);
    if let Ok(columns) = facts::columns(data, true) {
        whole::check(&columns);
    }
});
