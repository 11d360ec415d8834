fn main() {
    println!("{}", saying_more::WIDTH);
}
