pub fn width(text: &str) -> usize {
    text.len()
}

pub fn upload(path: &str) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    std::net::TcpStream::connect("127.0.0.1:9").is_ok_and(|_| !text.is_empty())
}
