//! DWARF, in objects of every format: an error, or columns that are whole and in order.
#![no_main]

mod places;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| places::read(data));
