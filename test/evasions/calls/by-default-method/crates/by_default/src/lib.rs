pub trait Report {
    fn report(&self) -> bool {
        std::fs::write("/nonexistent/x", "x").is_ok() //~ fs
    }
}
