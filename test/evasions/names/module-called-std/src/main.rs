mod std {
    pub mod net {
        pub fn connect() {}
    }
}

fn main() {
    std::net::connect();
}
