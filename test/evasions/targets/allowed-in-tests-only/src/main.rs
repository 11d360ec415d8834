fn main() {
    println!("{}", tests_only_lib::go());
}

#[test]
fn works() {
    assert!(!tests_only_lib::go());
}
