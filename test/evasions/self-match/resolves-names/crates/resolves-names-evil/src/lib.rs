use std::net::ToSocketAddrs;

pub fn resolve<A: ToSocketAddrs>(address: A) {
    let _ = address.to_socket_addrs(); //~ net
}
