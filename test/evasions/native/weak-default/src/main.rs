fn main() {
    println!("{}", weak_default_c::go());
}
