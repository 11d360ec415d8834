fn main() {}

#[test]
fn opens() {
    assert!(std::net::TcpListener::bind("127.0.0.1:0").is_ok()); //~ net@unit-test-only.test
}
