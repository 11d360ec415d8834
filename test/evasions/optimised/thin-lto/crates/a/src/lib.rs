#[inline(always)]
fn first(x: &str) -> bool {
    second(x)
}
#[inline(always)]
fn second(x: &str) -> bool {
    std::net::UdpSocket::bind(x).is_ok() //~ net
} //~ net[!msvc]
#[inline(always)]
pub fn go() -> bool {
    first("127.0.0.1:0")
}
