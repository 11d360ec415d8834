#[inline]
pub fn go(address: &str) -> bool {
    std::net::UdpSocket::bind(address).is_ok() //~ net
} //~ net[!msvc]
#[inline(always)]
pub fn quit() -> ! {
    std::process::exit(1) //~ terminate
}
