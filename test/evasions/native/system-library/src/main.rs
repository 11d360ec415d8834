fn main() {
    println!("{}", system_math::root(2.0));
}
