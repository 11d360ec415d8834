//! The whole way of a link input: what comes out is a file whose columns speak of rows that are there.
#![no_main]

#[path = "../../../../wasm/facts/tests/whole/mod.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(columns) = facts::columns(data, true) else { return };
    whole::check(&columns);
    let file = facts::pack(&columns);
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let payload = facts::unpack(&file[20 + 4 * facts::COLUMN_NAMES.len()..], word(16) as usize).unwrap();
    assert_eq!(payload.len(), word(16) as usize);
});
