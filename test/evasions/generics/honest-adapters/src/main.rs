fn main() {
    honest_adapters_lib::each(["/nonexistent/x"], |path| std::fs::read(path).is_ok());
    honest_adapters_lib::each(["/nonexistent/x"], std::fs::read::<&'static str>);
    if let Ok(directory) = std::fs::read_dir("/nonexistent") {
        honest_adapters_lib::each(directory, |entry| entry.map(|entry| entry.path()));
    }
}
