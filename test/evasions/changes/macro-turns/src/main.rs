fn main() {
    println!("{}", turning_macro::eight!());
}
