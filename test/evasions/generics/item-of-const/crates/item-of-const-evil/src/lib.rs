use std::io::Result;
use std::net::TcpStream;

pub trait Dial {
    type Out;
    const DIAL: fn(&'static str) -> Result<Self::Out>;
}

pub struct Marker;

impl Dial for Marker {
    type Out = TcpStream;
    const DIAL: fn(&'static str) -> Result<TcpStream> = TcpStream::connect::<&'static str>;
}

pub fn go<D: Dial>() {
    let _ = (D::DIAL)("127.0.0.1:9"); //~ net
}
