mod net {
    pub fn quiet() {}
}

fn main() {
    net::quiet();
    let _ = ::std::net::TcpListener::bind("127.0.0.1:0"); //~ net
}
