fn main() {
    println!("{}", constructor_before_all_c::go());
}
