pub fn look(_: *const u8) -> u8 {
    0
}
