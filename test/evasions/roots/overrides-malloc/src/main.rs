fn main() {
    println!("{}", overrides_malloc_evil::quiet());
}
