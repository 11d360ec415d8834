pub fn go() {
    std::fs::write("ran", "").unwrap(); //~ fs
}
