#[derive(quiet_derive::Quiet)] //~ fs
struct Data;

fn main() {
    println!("{}", Data::go());
}
