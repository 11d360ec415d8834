//! The payload of a facts file: four bytes of the claimed size, then the block. It is an error or has that size, and
//! memory is asked for only in proportion to what is there.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((size, payload)) = data.split_first_chunk::<4>() else { return };
    let size = u32::from_le_bytes(*size) as usize;
    if let Ok(bytes) = facts::unpack(payload, size) {
        assert_eq!(bytes.len(), size);
    }
});
