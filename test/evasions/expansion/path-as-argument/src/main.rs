fn main() {
    println!("{}", call_macro::call!(std::fs::read, "absent").is_ok()); //~ fs
}
