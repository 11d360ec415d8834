fn main() {
    println!("{}", unix_ext::open());
}
