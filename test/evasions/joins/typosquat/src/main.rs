fn main() {
    println!("{}", rustdecimal::parse("1.5"));
}
