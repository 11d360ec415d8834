fn main() {
    println!("{}", reads_absolute_dep::told());
}
