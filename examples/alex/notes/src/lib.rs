//! Reads notes from a file: an honest user of the file system, with a permission.

/// The lines of a file; none when there is no such file.
pub fn read(path: &str) -> Vec<String> {
    std::fs::read_to_string(path)
        .map(|text| text.lines().map(str::to_owned).collect())
        .unwrap_or_default()
}
