#[inline(never)]
pub fn go(path: &str) -> bool {
    std::fs::remove_file(path).is_ok()
}
