fn main() {
    println!("{}", renamed_fs::storage::read("absent").is_ok()); //~ fs
}
