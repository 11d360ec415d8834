fn main() {
    println!("{}", honest_member::told());
}
