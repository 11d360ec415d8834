fn main() {
    println!("{}", constructor_at_the_end_c::go());
}
