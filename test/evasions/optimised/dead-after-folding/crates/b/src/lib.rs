#[inline(always)]
pub fn go(n: u32) -> bool {
    if n > 2 {
        return std::fs::remove_file("none").is_ok(); //~ fs
    }
    true
}
