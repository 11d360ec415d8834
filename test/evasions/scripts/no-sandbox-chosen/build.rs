fn main() {
    std::fs::write("ran", "").unwrap();
}
