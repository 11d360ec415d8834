const CONNECT: fn(&'static str) -> std::io::Result<std::net::TcpStream> = std::net::TcpStream::connect::<&'static str>;
fn main() {
    println!("{}", CONNECT("127.0.0.1:1").is_ok()); //~ net
}
