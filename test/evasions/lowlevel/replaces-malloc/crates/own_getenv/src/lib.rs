#[unsafe(no_mangle)] //~ unsafe
pub extern "C" fn getenv(_: *const u8) -> *const u8 { //~ extern
    std::ptr::null()
}
