#[no_mangle] //~ unsafe
pub extern "C" fn example_staticlib_f() -> bool { //~ extern
    std::net::UdpSocket::bind("127.0.0.1:0").is_ok() //~ net
} //~ net
