fn main() {
    println!("{}", by_io_traits::copy());
}
