fn main() {
    let n = std::env::args().count(); //~ env
    cold_and_late_a::go(n);
    cold_and_late_b::go();
}
