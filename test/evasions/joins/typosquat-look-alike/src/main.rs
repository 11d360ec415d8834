fn main() {
    println!("{}", honest_decimal::parse("1.5"));
}
