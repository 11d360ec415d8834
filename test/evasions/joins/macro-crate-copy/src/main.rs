fn main() {
    println!("{}", copied_macros::eight!());
}
