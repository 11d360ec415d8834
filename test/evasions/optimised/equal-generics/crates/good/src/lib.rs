#[inline(never)]
pub fn go<P: AsRef<std::path::Path>>(path: P) -> bool {
    std::fs::remove_dir(path.as_ref()).is_ok()
}
