/// ```
/// std::fs::write("ran", "").unwrap();
/// ```
pub fn documented() {}
