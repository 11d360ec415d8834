fn main() {
    println!("{}", allows_itself::first(&[7]));
}
