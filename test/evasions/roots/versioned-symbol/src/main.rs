fn main() {
    println!("{}", versioned_symbol_evil::quiet());
}
