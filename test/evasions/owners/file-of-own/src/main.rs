mod common;
fn main() {
    common::read();
    common::made();
}
