fn main() {
    println!("{}", asks_under_another_name_dep::told());
}
