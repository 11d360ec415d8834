fn main() {
    println!("{}", equal_functions_a::go("none".as_ref()).is_ok());
}
