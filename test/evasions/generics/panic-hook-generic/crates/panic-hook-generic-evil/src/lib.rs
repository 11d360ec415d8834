pub fn go<P: Send + Sync + 'static>(path: P) {
    std::panic::set_hook(Box::new(move |_| {
        let _ = (&path, std::fs::remove_file("/nonexistent/y")); //~ fs
    }));
}
