fn main() {
    println!("{}", constructor_in_ctors_c::go());
}
