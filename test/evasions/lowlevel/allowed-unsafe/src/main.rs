fn main() {
    println!("{}", may_unsafe::first(&[7]));
}
