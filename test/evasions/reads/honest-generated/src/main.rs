fn main() {
    println!("{}", honest_generated_dep::told());
}
