fn main() {
    println!("{}", weak_overridden_c::go());
}
