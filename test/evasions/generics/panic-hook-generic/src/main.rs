fn main() {
    panic_hook_generic_evil::go(std::path::PathBuf::from("/nonexistent/x"));
    let _ = std::panic::catch_unwind(|| panic!("x"));
}
