fn main() {
    println!("{}", original_macros::eight!());
}
