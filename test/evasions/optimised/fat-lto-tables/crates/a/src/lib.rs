static TABLE: [fn(&str) -> bool; 2] = [quiet, connects];
fn quiet(_: &str) -> bool {
    false
}
fn connects(x: &str) -> bool {
    std::net::UdpSocket::bind(x).is_ok() //~ net
} //~ net[!msvc]
pub fn go(n: usize) -> bool {
    TABLE[n % 2]("127.0.0.1:0")
}
