fn main() {
    panic!("no compiler");
}
