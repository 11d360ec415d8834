fn main() {
    shared_name_a::act();
    shared_name_b::act();
}
