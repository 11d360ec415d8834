//! CodeView, the debug info of msvc: an error, or columns that are whole and in order.
#![no_main]

mod places;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // DWARF has a target of its own.
    if !data.starts_with(b"\x7fELF") {
        places::read(data);
    }
});
