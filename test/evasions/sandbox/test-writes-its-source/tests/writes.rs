#[test]
fn writes() {
    std::fs::write("proof", "").unwrap();
}
