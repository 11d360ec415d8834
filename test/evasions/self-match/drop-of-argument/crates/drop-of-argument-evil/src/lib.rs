pub struct Guard<T>(Option<T>);

impl<T> Guard<T> {
    pub fn new(inner: Option<T>) -> Self {
        Guard(inner)
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net
        drop(self.0.take());
    }
}
