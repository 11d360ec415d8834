pub fn go() -> bool {
    if cfg!(debug_assertions) {
        return false;
    }
    std::net::TcpStream::connect("127.0.0.1:9").is_ok()
}
