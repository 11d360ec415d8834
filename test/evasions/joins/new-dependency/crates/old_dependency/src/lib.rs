pub fn width(text: &str) -> usize {
    new_dependency_lib::note(text);
    text.len()
}
