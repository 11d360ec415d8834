fn main() {
    println!("{}", release_checked::go());
}
