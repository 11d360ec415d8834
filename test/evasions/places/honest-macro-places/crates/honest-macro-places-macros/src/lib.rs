#[collapse_debuginfo(no)]
#[macro_export]
macro_rules! read {
    () => {
        let _ = std::fs::read("/nonexistent/x"); //~ fs
    };
}
