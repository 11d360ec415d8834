pub fn width(text: &str) -> usize {
    if std::env::var_os("CI").is_some() { //~ env
        let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net
    }
    text.len()
}
