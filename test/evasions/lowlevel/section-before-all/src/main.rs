extern "C" fn early() { //~ extern
    let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
}
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".preinit_array"))] #[cfg_attr(windows, unsafe(link_section = ".CRT$XIU"))] #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))] //~ unsafe
static EARLY: extern "C" fn() = early; //~ extern
fn main() {}
