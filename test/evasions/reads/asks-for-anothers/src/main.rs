fn main() {
    println!("{}", asks_for_anothers_dep::told());
}
