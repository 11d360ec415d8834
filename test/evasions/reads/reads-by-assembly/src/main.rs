fn main() {
    println!("{}", reads_by_assembly_dep::told());
}
