fn main() {
    println!("{}", overrides_atexit_evil::quiet());
}
