use std::path::Path;

pub fn go<P: AsRef<Path>>(path: P) {
    let _ = Some(path).map(std::fs::remove_file::<P>); //~ fs
}
