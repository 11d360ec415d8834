pub fn note() {
    let _ = std::fs::write("ran", ""); //~ fs
}
