fn main() {
    let stream: Option<std::net::TcpStream> = None;
    method_of_argument_evil::Wrap(stream).look();
}
