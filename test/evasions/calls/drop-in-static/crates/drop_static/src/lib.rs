pub struct Guard(pub u32);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = std::net::UdpSocket::bind("127.0.0.1:0");
    }
}

pub static WIDTH: Guard = Guard(8);
