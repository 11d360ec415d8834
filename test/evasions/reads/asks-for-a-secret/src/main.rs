fn main() {
    println!("{}", asks_for_a_secret_dep::told());
}
