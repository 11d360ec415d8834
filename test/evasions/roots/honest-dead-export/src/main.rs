fn main() {
    println!("{}", honest_dead_export_evil::quiet());
}
