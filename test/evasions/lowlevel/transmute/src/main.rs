fn main() {
    println!("{}", by_transmute::make().is_some());
}
