fn main() {
    println!("{} {}", alias::read(), alias::go());
}
