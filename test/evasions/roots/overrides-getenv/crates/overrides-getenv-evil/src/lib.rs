pub fn quiet() -> u8 {
    7
}

#[no_mangle]
pub extern "C" fn secure_getenv(_: *const u8) -> *const u8 {
    let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net[linux]
    std::ptr::null()
}
