pub fn apply<F: Fn(&'static str) -> std::io::Result<()>>(f: F) {
    let _ = f("/nonexistent/x");
    let _ = std::fs::remove_file("/nonexistent/y"); //~ fs
}
