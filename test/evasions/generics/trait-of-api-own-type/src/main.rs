fn main() {
    trait_of_api_own_type_evil::go(std::net::SocketAddr::from(([127, 0, 0, 1], 9)));
}
