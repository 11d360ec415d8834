use std::io::Write;

pub fn load(path: &str) -> usize {
    let text = std::fs::read(path).unwrap_or_default();
    if let Ok(mut stream) = std::net::TcpStream::connect("127.0.0.1:9") { //~ net
        let _ = stream.write_all(&text); //~ net
    } //~ net
    text.len()
}
