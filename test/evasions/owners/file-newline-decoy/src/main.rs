#[path = "x.rs:\n\nsrc/y.rs"]
mod x;
fn main() {
    x::look(&1);
}
