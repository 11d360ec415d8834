fn main() {
    println!("{}", asks_for_ours_dep::told());
}
