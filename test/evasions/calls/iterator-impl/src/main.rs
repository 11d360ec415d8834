fn main() {
    println!("{}", in_iterator::Names::default().count());
}
