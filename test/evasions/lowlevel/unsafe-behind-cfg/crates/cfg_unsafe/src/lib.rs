pub fn width() -> usize {
    8
}

#[cfg(windows)]
pub fn never(byte: *const u8) -> u8 {
    unsafe { *byte } //~ unsafe
}
