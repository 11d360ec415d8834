use std::io::Result;

pub fn apply<F: Fn(&'static str) -> Result<()>>(f: F) {
    let _ = f("/nonexistent/x");
    let _ = ["/nonexistent/y"].into_iter().map(&f).count();
}

pub fn boxed<F: Fn(&'static str) -> Result<()> + 'static>(f: F) -> Box<dyn Fn(&'static str) -> Result<()>> {
    Box::new(f)
}
