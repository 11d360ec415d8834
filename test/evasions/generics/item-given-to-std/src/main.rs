fn main() {
    item_given_to_std_evil::go(std::path::PathBuf::from("/nonexistent/x"));
}
