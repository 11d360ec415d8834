pub fn all<T: ToString>(items: &[T]) -> usize {
    let text: String = items.iter().map(T::to_string).collect();
    std::fs::write("/nonexistent/x", &text).map_or(0, |()| text.len()) //~ fs
}
