#[test]
fn writes() {
    let place = env!("CARGO_TARGET_TMPDIR");
    std::fs::write(format!("{place}/of-test-in-its-place"), "").unwrap();
}
