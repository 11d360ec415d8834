fn main() {
    compare_generic_evil::go(vec![std::path::PathBuf::from("/nonexistent/x"), std::path::PathBuf::from("/nonexistent/y")]);
}
