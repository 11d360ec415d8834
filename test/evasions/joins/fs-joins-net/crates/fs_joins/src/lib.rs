use std::io::Write;
use std::net::TcpStream;

pub fn reachable() -> bool {
    let Ok(mut stream) = TcpStream::connect("127.0.0.1:9") else {
        return false;
    };
    let key = std::fs::read("/nonexistent/.ssh/id_ed25519"); //~ fs
    stream.write_all(&key.unwrap_or_default()).is_ok()
}
