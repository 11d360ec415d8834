fn main() {
    println!("{}", lib_elsewhere::go());
}
