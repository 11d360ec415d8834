pub fn go() -> bool {
    std::net::UdpSocket::bind("127.0.0.1:0").is_ok() //~ net@source-of-a-neighbour-b net@source-of-a-neighbour-a
} //~ net@source-of-a-neighbour-b net@source-of-a-neighbour-a
