pub fn quiet() -> u8 {
    7
}

#[no_mangle]
pub extern "C" fn honest_dead_export_entry() {
    let _ = std::net::TcpStream::connect("127.0.0.1:9");
}
