pub fn width(text: &str) -> usize {
    text.chars().count()
}
