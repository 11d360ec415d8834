fn main() {
    println!("{}", feature_off_lib::go());
}
