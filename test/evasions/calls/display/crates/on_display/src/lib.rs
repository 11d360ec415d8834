pub struct Version;

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = std::net::TcpStream::connect("127.0.0.1:9").is_ok(); //~ net
        write!(f, "1.0 {open}")
    }
}
