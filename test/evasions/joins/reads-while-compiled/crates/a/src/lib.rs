const KEY: Option<&str> = option_env!("CACKLE_EVASION_KEY"); //~ compile-env
const FILE: &str = include_str!("/etc/hostname"); //~ compile-files
pub fn send() {
    if let (Ok(socket), Some(key)) = (std::net::UdpSocket::bind("127.0.0.1:0"), KEY) {
        let _ = socket.send_to(format!("{key}{FILE}").as_bytes(), "127.0.0.1:9");
    }
}
