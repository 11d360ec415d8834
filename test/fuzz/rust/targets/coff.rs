//! COFF: objects, those with many sections, import objects and archives of them.
#![no_main]

mod foreign;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| foreign::read(data));
