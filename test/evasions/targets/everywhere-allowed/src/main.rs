fn main() {
    println!("{}", wide_permission::go());
}

#[test]
fn works() {
    assert!(!wide_permission::go());
}
