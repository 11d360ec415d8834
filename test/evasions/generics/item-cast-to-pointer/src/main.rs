fn main() {
    item_cast_to_pointer_evil::go(std::path::PathBuf::from("/nonexistent/x"));
}
