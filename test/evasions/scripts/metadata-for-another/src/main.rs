fn main() {
    metadata_for_another_b::quiet();
}
