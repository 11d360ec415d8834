fn main() {
    println!("{}", option_env!("STAMP").is_some());
}
