use std::sync::LazyLock;

pub static READY: LazyLock<bool> =
    LazyLock::new(|| std::net::TcpListener::bind("127.0.0.1:0").is_ok()); //~ net
