fn main() {
    std::fs::read();
}
