pub fn length() -> usize {
    3
}
