fn main() {
    println!("{}", include_turns::go());
}
