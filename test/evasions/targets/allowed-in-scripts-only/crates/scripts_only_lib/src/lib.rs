pub fn go() -> bool {
    std::fs::read("absent").is_ok() //~ fs@scripts_only_lib.pkg
}
