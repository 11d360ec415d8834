#[unsafe(no_mangle)] //~ unsafe
pub extern "C" fn shared_library_go() -> bool { //~ extern
    std::net::TcpStream::connect("127.0.0.1:9").is_ok() //~ net
} //~ net

pub fn not_exported() -> bool {
    std::fs::read("absent").is_ok()
}
