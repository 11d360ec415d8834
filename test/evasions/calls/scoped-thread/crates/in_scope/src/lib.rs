pub fn go(address: &str) -> bool {
    std::thread::scope(|scope| {
        scope
            .spawn(|| std::net::TcpStream::connect(address).is_ok()) //~ net
            .join()
            .unwrap_or_default()
    })
}
