fn main() {
    println!("{}", reads_through_a_link_dep::told());
}
