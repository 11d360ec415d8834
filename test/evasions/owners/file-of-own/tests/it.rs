#[path = "../src/common.rs"]
mod common;
#[test]
fn reads() {
    common::read();
    common::made();
}
