fn main() {
    let path = std::env::temp_dir().display().to_string(); //~ env fs[!msvc]
    println!("{} {}", equal_to_an_allowed_one_good::go(&path), equal_to_an_allowed_one_evil::go(&path));
}
