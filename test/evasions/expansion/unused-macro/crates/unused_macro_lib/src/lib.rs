#[macro_export]
macro_rules! reach {
    ($address:expr) => {
        ::std::net::TcpStream::connect($address).is_ok()
    };
}

pub fn width() -> usize {
    8
}
