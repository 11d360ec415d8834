use std::path::Path;

pub fn go<P: AsRef<Path> + 'static>() -> Box<dyn Fn(P) -> std::io::Result<()>> {
    Box::new(std::fs::remove_file::<P>) //~ fs[!msvc]
} //~ fs
