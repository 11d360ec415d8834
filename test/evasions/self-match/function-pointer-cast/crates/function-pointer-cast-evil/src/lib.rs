type Action = fn(&'static str) -> std::io::Result<()>;

pub fn apply<F: Fn(&'static str) -> std::io::Result<()>>(f: F) {
    let mine: Action = std::fs::remove_file::<&'static str>;
    let _ = std::hint::black_box(mine)("/nonexistent/y"); //~ fs
    let _ = f("/nonexistent/x");
}
