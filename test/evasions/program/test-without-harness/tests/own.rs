fn main() {
    std::fs::write("proof", "").unwrap(); //~ fs@test-without-harness.test
}
