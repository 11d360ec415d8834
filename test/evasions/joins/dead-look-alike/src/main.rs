fn main() {
    println!("{}", dead_alike::width("text"));
}
