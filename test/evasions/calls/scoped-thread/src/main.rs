fn main() {
    println!("{}", in_scope::go("127.0.0.1:9"));
}
