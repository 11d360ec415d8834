use std::net::ToSocketAddrs;

pub fn leak(secret: &str) -> bool {
    secret.to_socket_addrs().is_ok_and(|mut all| all.next().is_some()) //~ net
}
