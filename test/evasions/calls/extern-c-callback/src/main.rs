fn main() {
    println!("{}", c_callback::sort());
}
