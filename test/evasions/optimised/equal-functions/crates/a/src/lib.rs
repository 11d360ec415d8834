pub fn go(path: &std::path::Path) -> std::io::Result<()> {
    std::fs::remove_dir_all(path) //~ fs
}
