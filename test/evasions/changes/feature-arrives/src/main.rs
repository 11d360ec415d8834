fn main() {
    println!("{}", feature_later::go());
}
