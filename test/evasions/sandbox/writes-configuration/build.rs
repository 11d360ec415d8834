fn main() {
    std::fs::write("cackle.toml", "").unwrap();
}
