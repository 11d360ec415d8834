fn main() {
    println!("{}", by_alias::go());
}
