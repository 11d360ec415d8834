extern "C" fn early() { //~ extern
    let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
}
#[used]
#[unsafe(link_section = ".preinit_array")] //~ unsafe
static EARLY: extern "C" fn() = early; //~ extern
fn main() {}
