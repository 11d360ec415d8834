fn main() {
    if let Ok(entries) = std::fs::read_dir("/nonexistent") {
        println!("{}", honest_items_lib::join(entries.flatten()));
    }
}
