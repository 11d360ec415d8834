fn main() {
    println!("{}", quite_another::go());
}
