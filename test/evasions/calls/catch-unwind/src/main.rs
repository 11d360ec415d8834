fn main() {
    println!("{}", in_unwind::go());
}
