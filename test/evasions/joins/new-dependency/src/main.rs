fn main() {
    println!("{}", old_dependency::width("text"));
}
