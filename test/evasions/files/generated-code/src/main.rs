fn main() {
    println!("{}", by_generator::go());
}
