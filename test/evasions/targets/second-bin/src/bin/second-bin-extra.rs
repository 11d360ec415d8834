fn main() {
    println!("{}", std::net::TcpListener::bind("127.0.0.1:0").is_ok()); //~ net@second-bin
}
