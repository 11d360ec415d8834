pub fn install() {
    std::panic::set_hook(Box::new(|_| {
        let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net
    }));
}
