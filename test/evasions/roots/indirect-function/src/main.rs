fn main() {
    println!("{} {}", indirect_function_evil::run(), indirect_function_evil::quiet());
}
