fn main() {
    println!("{}", growing_lib::width("text"));
}
