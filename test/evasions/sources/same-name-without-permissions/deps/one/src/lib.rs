pub fn width() -> u8 {
    8
}
