fn main() {
    println!("{}", honest_allowed::told());
    println!("{}", honest_own_link::told());
}
