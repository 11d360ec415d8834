use std::any::Any;
fn connects() -> bool {
    std::net::UdpSocket::bind("127.0.0.1:0").is_ok() //~ net
} //~ net
fn main() {
    let kept: Box<dyn Any> = Box::new(connects as fn() -> bool);
    println!("{:?}", kept.downcast_ref::<fn() -> bool>().map(|f| f()));
}
