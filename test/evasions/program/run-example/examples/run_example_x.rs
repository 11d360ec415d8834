fn main() {
    std::fs::write("proof", "").unwrap(); //~ fs
}
