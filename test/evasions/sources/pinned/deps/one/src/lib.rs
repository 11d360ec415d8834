pub fn go() -> bool {
    std::net::TcpStream::connect("127.0.0.1:9").is_ok()
}
