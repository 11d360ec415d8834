pub fn go() -> bool {
    #[cfg(feature = "more")]
    let open = std::net::TcpStream::connect("127.0.0.1:9").is_ok(); //~ net
    #[cfg(not(feature = "more"))]
    let open = false;
    open
}
