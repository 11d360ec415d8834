fn main() {
    linker_of_the_package_macro::go!();
}
