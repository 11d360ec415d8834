pub fn go<T: AsRef<str>>(x: T) -> bool {
    std::net::UdpSocket::bind(x.as_ref()).is_ok() //~ net
} //~ net[!msvc]
