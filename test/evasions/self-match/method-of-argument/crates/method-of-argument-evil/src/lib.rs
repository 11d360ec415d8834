pub struct Wrap<T>(pub T);

impl<T> Wrap<T> {
    pub fn look(&self) {
        let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
    }
}
