fn main() {
    named_as_std_evil::run();
}
