fn main() {
    println!("{}", by_item::all(&[String::from("absent")]));
}
