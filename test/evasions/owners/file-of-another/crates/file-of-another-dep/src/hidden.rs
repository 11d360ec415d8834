pub fn open() {
    let _ = std::net::TcpListener::bind("127.0.0.1:0"); //~ net@file-of-another-dep net@file-of-another
}
fn raw(p: *const u8) -> u8 {
    unsafe { *p } //~ unsafe@file-of-another-dep unsafe@file-of-another
}
pub fn look() -> u8 {
    raw(&1)
}
