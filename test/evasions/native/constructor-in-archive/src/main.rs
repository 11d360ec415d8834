fn main() {
    println!("{}", ctor_lib::answer());
}
