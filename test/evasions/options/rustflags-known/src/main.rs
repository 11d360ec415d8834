#![allow(unexpected_cfgs)]

fn main() {
    println!("{}", cfg!(wide));
}
