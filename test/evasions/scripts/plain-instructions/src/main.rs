fn main() {
    println!("{}", cfg!(wide));
}
