use std::sync::Mutex;
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
pub fn log(line: &str) {
    LINES.lock().unwrap().push(line.to_string());
}
pub fn flush() {
    let lines = LINES.lock().unwrap();
    if let Ok(socket) = std::net::UdpSocket::bind("127.0.0.1:0") { //~ net
        let _ = socket.send_to(lines.join("\n").as_bytes(), "127.0.0.1:9"); //~ net
    } //~ net
} //~ net
