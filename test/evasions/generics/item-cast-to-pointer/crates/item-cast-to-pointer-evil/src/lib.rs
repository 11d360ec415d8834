use std::path::Path;

pub fn go<P: AsRef<Path>>(path: P) {
    let remove: fn(P) -> std::io::Result<()> = std::fs::remove_file::<P>;
    let _ = std::hint::black_box(remove)(path); //~ fs
}
