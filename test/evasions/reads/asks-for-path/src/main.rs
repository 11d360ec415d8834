fn main() {
    println!("{}", asks_for_path_dep::told());
}
