use std::net::TcpStream;

fn main() {
    let _ = drop_of_argument_evil::Guard::new(None::<TcpStream>);
}
