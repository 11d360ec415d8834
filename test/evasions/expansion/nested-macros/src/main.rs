fn main() {
    println!("{}", nested_macros_lib::go());
}
