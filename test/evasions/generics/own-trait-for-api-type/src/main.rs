fn main() {
    own_trait_for_api_type_evil::go::<std::net::TcpStream>();
}
