pub fn width(text: &str) -> usize {
    let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net
    text.len()
}
