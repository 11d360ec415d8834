fn main() {
    if cfg!(not(debug_assertions)) {
        std::fs::write("proof", "").unwrap(); //~ fs
    }
}
