fn main() {
    println!("{}", patched::go());
}
