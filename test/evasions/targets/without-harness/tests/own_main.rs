fn main() {
    let _ = std::net::UdpSocket::bind("127.0.0.1:0").is_ok(); //~ net@without-harness.test
}
