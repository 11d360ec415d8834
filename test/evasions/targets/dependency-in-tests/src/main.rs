fn main() {}

#[test]
fn works() {
    assert!(!dev_helper::go());
}
