fn main() {
    println!("{}", honest_own_allocator_names_evil::quiet());
}
