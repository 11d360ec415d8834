fn main() {
    println!("{}", honest_of_cargo_dep::told());
}
