mod fs {
    pub fn two() -> u8 {
        2
    }
}

#[test]
fn two() {
    assert_eq!(fs::two(), 2);
    assert!(std::fs::read("/nonexistent/x").is_err());
}
