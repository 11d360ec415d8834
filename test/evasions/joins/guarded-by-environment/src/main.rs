fn main() {
    println!("{}", guarded_env::width("text"));
}
