fn main() {
    println!("{}", const_only::WIDTH);
}
