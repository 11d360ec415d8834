fn main() {
    std::fs::write("proof", "").unwrap(); //~ fs@test-of-benches.test
}
