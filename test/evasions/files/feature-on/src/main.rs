fn main() {
    println!("{}", feature_on_lib::go());
}
