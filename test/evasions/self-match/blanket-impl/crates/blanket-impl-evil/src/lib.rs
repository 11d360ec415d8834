pub trait Touch {
    fn touch(&self);
}

impl<T> Touch for T {
    fn touch(&self) {
        let _ = std::fs::remove_dir("/nonexistent/x"); //~ fs
    }
}
