#[inline(always)]
pub fn go(n: u32) -> bool {
    if n > 3 {
        return std::fs::remove_file("none").is_ok();
    }
    true
}
