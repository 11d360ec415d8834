//! What holds of objects that are not ELF, which has a target of its own: tables name what is there, lose no reference that another
//! reader sees, and become facts that are whole.

#[path = "../../../../../wasm/object-wasm/tests/kept/mod.rs"]
mod kept;
#[path = "../../../../../wasm/facts/tests/whole/mod.rs"]
mod whole;

/// Reads an object or an archive of them, and asserts that.
pub fn read(data: &[u8]) {
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
}
