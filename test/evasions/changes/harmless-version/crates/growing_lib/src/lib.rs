pub fn width(text: &str) -> usize {
    text.len()
}
