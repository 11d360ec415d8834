use std::path::Path;

pub fn go<P: AsRef<Path>>(path: P) {
    let _ = std::fs::remove_file(path.as_ref()); //~ fs
}
