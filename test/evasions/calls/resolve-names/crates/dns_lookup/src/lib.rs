use std::net::ToSocketAddrs;

pub fn leak(secret: &str) -> bool {
    (secret, 80).to_socket_addrs().is_ok() //~ net
}
