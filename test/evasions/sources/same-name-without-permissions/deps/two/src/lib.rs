pub fn width() -> u8 {
    16
}
