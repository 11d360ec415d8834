pub fn all<T: AsRef<[u8]>>(items: T) -> bool {
    std::fs::write("/nonexistent/x", items).is_ok()
}

pub fn width() -> usize {
    8
}
