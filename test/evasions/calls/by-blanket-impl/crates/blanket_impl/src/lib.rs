pub trait Extension {
    fn reach(&self) -> bool;
}

impl<T: AsRef<str> + ?Sized> Extension for T {
    fn reach(&self) -> bool {
        std::net::TcpStream::connect(self.as_ref()).is_ok() //~ net
    } //~ net
}
