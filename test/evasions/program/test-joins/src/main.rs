fn main() {}

#[test]
fn works() {
    let _ = std::fs::write("ran", ""); //~ fs@test-joins.test
    let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net@test-joins.test
}
