fn main() {
    println!("{}", reads_in_a_script_dep::told());
}
