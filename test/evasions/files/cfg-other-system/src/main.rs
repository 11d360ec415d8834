fn main() {
    println!("{}", other_system::go());
}
