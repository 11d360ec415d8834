fn main() {
    generic_removes_evil::go(std::path::PathBuf::from("/nonexistent/x"));
}
