fn main() {
    println!("{}", overrides_getenv_evil::quiet());
}
