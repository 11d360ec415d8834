fn main() {
    println!("{}", cxa_finalize_evil::quiet());
}
