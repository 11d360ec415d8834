fn main() {
    println!("{}", release_only::go());
}
