fn main() {
    println!("{}", unsafe_later::first(&[7]));
}
