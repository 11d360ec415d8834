fn main() {
    println!("{}", other::go());
}
