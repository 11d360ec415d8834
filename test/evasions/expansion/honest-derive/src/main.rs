#[derive(plain_derive::Width)]
struct Data;

fn main() {
    println!("{}", Data::width());
}
