pub fn width() -> usize {
    8
}
