fn main() {
    println!("{}", reads_beside::told());
    println!("{}", reads_higher::told());
}
