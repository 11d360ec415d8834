pub fn width() -> usize {
    8
}

pub fn never(byte: *const u8) -> u8 {
    unsafe { *byte } //~ unsafe
}
