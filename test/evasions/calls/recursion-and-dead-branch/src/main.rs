fn main() {
    println!("{}", dead_branch::go(3));
}
