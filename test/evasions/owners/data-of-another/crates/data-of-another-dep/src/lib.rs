pub fn open() {
    let _ = std::net::TcpListener::bind("127.0.0.1:0");
}
pub fn look(p: *const u8) -> u8 {
    unsafe { *p }
}
