struct Late;
impl Drop for Late {
    fn drop(&mut self) {
        let _ = std::net::UdpSocket::bind("127.0.0.1:0").is_ok(); //~ net
    }
}
fn main() {
    let caught = std::panic::catch_unwind(|| std::panic::panic_any(Late));
    drop(caught);
}
