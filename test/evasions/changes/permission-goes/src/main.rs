fn main() {
    println!("{}", once_allowed::go());
}
