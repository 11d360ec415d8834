fn main() {
    let _ = std::fs::write("ran", ""); //~ fs
}
