fn main() {
    println!("{}", cfg_unsafe::width());
}
