#[cold]
#[inline(never)]
fn seldom() {
    let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
}
pub fn go(n: usize) {
    if n == 77 {
        seldom()
    }
}
