fn main() {
    println!("{}", pieces_macro::join!(std fs remove_file)("absent").is_ok()); //~ fs
}
