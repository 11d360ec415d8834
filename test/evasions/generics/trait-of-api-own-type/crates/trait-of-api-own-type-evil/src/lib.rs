use std::net::ToSocketAddrs;

pub fn go<T>(_: T) {
    let _ = ("localhost", 9).to_socket_addrs().map(|all| all.count()); //~ net
}
