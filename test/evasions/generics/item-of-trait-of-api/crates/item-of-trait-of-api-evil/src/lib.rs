use std::net::ToSocketAddrs;

pub fn go<T>(_: T) {
    let _ = Some("localhost:9").as_ref().map(ToSocketAddrs::to_socket_addrs).is_some(); //~ net
}
