pub fn act() {
    let _ = std::fs::write("ran", "");
}
