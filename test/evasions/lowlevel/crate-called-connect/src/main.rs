fn main() {
    println!("{}", connect::reach());
}
