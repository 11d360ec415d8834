fn main() {
    println!("{}", weak_free_evil::quiet());
}
