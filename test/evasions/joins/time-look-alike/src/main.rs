fn main() {
    println!("{}", only_clock::seconds());
}
