fn main() {
    println!("{}", configuration_of_a_dependency_a::go());
}
