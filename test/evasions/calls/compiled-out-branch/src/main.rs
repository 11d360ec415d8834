fn main() {
    println!("{}", const_branch::go());
}
