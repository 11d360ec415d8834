fn main() {
    honest_addresses_lib::go([std::net::SocketAddr::from(([127, 0, 0, 1], 9))]);
}
