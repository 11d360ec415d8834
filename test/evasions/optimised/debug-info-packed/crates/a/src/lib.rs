#[inline]
pub fn go(x: &str) -> bool {
    std::net::UdpSocket::bind(x).is_ok() //~ net
} //~ net[!msvc]
