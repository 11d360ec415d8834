fn main() {
    println!("{}", included_code::go());
}
