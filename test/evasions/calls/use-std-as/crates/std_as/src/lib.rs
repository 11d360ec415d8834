use std as s;
use s::net as wires;

pub fn go() -> bool {
    wires::TcpStream::connect("127.0.0.1:9").is_ok() //~ net
} //~ net
