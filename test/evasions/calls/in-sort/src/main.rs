fn main() {
    let mut v = vec![3, 1, 2];
    v.sort_by(|a, b| {
        let _ = std::net::UdpSocket::bind("127.0.0.1:0").is_ok(); //~ net
        a.cmp(b)
    });
    println!("{v:?}");
}
