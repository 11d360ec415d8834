pub fn note(text: &str) {
    let _ = std::net::UdpSocket::bind(text);
}
