pub fn go() -> bool {
    std::fs::read("absent").is_ok()
}
