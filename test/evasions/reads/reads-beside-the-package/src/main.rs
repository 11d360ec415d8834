fn main() {
    println!("{}", reads_plainly::told());
    println!("{}", reads_by_concat::told());
    println!("{}", reads_a_neighbour::told());
    println!("{}", reads_by_a_link::told());
    println!("{}", reads_by_a_directory::told());
    println!("{}", reads_a_module::told());
    println!("{}", reads_code::told());
    println!("{}", reads_for_docs::told());
    println!("{}", reads_for_a_debugger::told());
}
