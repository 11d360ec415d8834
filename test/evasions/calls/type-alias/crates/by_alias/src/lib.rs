type Sink = std::net::UdpSocket;

pub fn go() -> bool {
    Sink::bind("127.0.0.1:0").is_ok() //~ net
} //~ net
