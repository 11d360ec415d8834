fn main() {
    println!("{}", unused_macro_lib::width());
}
