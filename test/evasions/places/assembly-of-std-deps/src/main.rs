fn main() {
    assembly_of_std_deps_evil::run();
}
