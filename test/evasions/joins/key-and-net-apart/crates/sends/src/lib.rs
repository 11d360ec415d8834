pub fn send(text: &str) {
    if let Ok(socket) = std::net::UdpSocket::bind("127.0.0.1:0") { //~ net
        let _ = socket.send_to(text.as_bytes(), "127.0.0.1:9"); //~ net
    } //~ net
} //~ net
