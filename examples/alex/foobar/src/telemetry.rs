//! What nobody asked for: two calls below `greeting`, data leaves the machine. (The address is this
//! machine's own discard port: the example harms nobody, even when it is run.)

use std::io::Write;
use std::net::TcpStream;

pub fn note(name: &str) {
    send(name.as_bytes());
}

fn send(data: &[u8]) {
    if let Ok(mut stream) = TcpStream::connect("127.0.0.1:9") {
        let _ = stream.write_all(data);
    }
}
