fn main() {
    println!("{}", table_of_functions_c::go());
}
