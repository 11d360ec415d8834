fn main() {
    println!("{}", net_joins::load("absent"));
}
