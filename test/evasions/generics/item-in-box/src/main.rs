fn main() {
    let _ = item_in_box_evil::go::<std::path::PathBuf>()("/nonexistent/x".into());
}
