pub fn go() -> bool {
    std::fs::remove_file("absent").is_ok() //~ fs
}
