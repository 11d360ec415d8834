pub fn count() -> usize {
    std::env::vars_os().filter(|(key, _)| key.len() > 3).count() //~ env
}
