fn main() {
    println!("{}", default_feature::go());
}
