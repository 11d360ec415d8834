#[test]
fn starts() {
    assert!(std::process::Command::new("true").status().is_ok()); //~ process@integration-test.test
}
