fn main() {
    println!("{} {}", dead_after_folding_a::go(3), dead_after_folding_b::go(3));
}
