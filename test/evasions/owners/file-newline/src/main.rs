#[path = "x\ny.rs"]
mod x;
fn main() {
    x::look(&1);
}
