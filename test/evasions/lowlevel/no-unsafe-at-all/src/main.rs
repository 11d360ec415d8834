//! This does nothing `unsafe`, and is `extern` to nothing.
/// unsafe { }
fn not_unsafe(r#extern: &str) -> usize {
    "unsafe { extern \"C\" }".len() + r#extern.len()
}
fn main() {
    println!("{}", not_unsafe("extern"));
}
