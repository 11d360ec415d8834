#[path = "../crates/file-in-test-alone-dep/src/hidden.rs"]
mod hidden;

#[test]
fn opens() {
    hidden::open();
    hidden::look();
}
