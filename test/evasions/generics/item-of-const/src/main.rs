fn main() {
    item_of_const_evil::go::<item_of_const_evil::Marker>();
    drop(std::net::TcpStream::connect("127.0.0.1:9"));
}
