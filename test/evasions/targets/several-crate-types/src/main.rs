fn main() {
    several_crate_types::quiet();
}
