fn main() {
    item_of_trait_of_api_evil::go(std::net::SocketAddr::from(([127, 0, 0, 1], 9)));
}
