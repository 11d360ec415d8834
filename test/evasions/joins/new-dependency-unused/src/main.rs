fn main() {
    println!("{}", host_of_unused::width("text"));
}
