fn main() {
    println!("{}", source_of_a_neighbour_b::go());
}
