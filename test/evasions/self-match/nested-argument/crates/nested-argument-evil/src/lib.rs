pub fn go<T>(value: T) {
    drop(value);
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}
