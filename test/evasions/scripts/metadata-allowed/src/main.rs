fn main() {
    metadata_allowed_b::quiet();
}
