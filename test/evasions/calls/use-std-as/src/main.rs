fn main() {
    println!("{}", std_as::go());
}
