fn main() {
    println!("{}", by_glob::go());
}
