pub fn go<T: std::fmt::Debug>(how: T) {
    let _ = std::net::TcpStream::connect((format!("{how:?}").as_str(), 9)); //~ net
}
