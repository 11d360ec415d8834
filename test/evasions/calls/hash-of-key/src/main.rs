use std::collections::HashSet;
use std::hash::{Hash, Hasher};
#[derive(PartialEq, Eq)]
struct Key;
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(std::net::UdpSocket::bind("127.0.0.1:0").is_ok() as u8); //~ net
    }
}
fn main() {
    println!("{}", HashSet::from([Key]).len());
}
