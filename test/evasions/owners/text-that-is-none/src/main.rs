#![doc = include_str!("../README.md")]
const TEXT: &str = include_str!(concat!("../READ", "ME.md"));

fn main() {
    println!("{TEXT}");
}
