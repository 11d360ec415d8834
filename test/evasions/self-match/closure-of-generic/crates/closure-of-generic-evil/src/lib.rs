pub fn later<T: Send + 'static>(value: T) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        drop(value);
        let _ = std::fs::remove_file("/nonexistent/x"); //~ fs
    })
}
