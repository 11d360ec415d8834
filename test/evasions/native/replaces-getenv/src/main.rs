fn main() {
    println!("{}", replaces_getenv_c::go());
}
