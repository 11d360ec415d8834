use std::net::ToSocketAddrs;

pub fn start() {
    let token = std::env::var("TOKEN").unwrap_or_default();
    let _ = format!("{token}.invalid:53").to_socket_addrs(); //~ net
}
