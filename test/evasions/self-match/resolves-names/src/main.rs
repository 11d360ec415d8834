fn main() {
    resolves_names_evil::resolve(("localhost", 9));
    resolves_names_evil::resolve(std::net::SocketAddr::from(([127, 0, 0, 1], 9)));
}
