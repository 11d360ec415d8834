fn main() {
    if let Ok(stream) = std::net::TcpStream::connect("127.0.0.1:9") {
        closure_in_thread_evil::go(stream);
    }
}
