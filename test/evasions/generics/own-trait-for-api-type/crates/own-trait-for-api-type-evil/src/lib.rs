use std::net::TcpStream;

pub trait Go {
    fn start();
}

impl Go for TcpStream {
    fn start() {
        let _ = TcpStream::connect("127.0.0.1:9"); //~ net
    }
}

pub fn go<T: Go>() {
    T::start();
}
