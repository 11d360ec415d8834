fn main() {
    linker_of_the_system_macro::nothing!();
}
