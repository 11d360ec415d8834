use std::path::Path;

pub fn go<P: AsRef<Path> + Ord>(mut paths: Vec<P>) {
    paths.sort_by(|a, b| {
        let _ = std::fs::remove_file("/nonexistent/z"); //~ fs
        a.cmp(b)
    });
}
