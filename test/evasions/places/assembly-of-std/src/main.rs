fn main() {
    assembly_of_std_evil::run();
}
