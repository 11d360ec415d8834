#[wrap_main::wrap] //~ process
fn main() {}
