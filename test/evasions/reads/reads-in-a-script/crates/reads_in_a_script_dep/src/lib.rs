pub fn told() -> usize {
    0
}
