fn main() {
    println!("{}", dead_unsafe::width());
}
