pub fn read() {
    let _ = std::fs::read("/nonexistent/x");
}
