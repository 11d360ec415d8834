pub trait Visit<T> {
    fn visit(&self, value: Option<T>);
}

pub struct Visitor;

impl<T> Visit<T> for Visitor {
    fn visit(&self, _: Option<T>) {
        let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
    }
}
