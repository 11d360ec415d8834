fn main() {
    println!("{}", honest_allowed_dep::told());
}
