fn main() {
    println!("{}", watched_c::open());
}
