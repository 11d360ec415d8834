fn main() {
    in_panic_hook::install();
    assert!(std::env::args().count() < 1000); //~ env
}
