fn main() {
    println!("{}", std::env::temp_dir().exists()); //~ env fs
}
