fn main() {
    println!("{}", intermediate_code_beside_c::go());
}
