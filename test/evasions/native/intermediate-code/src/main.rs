fn main() {
    println!("{}", intermediate_code_c::go());
}
