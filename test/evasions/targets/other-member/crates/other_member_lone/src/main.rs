fn main() {
    println!("{}", std::fs::read("absent").is_ok()); //~ fs
}
