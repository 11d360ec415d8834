fn main() {
    println!("{}", module_host::go());
}
