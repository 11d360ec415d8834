pub fn look(p: *const u8) -> u8 {
    unsafe { *p } //~ unsafe
}
