fn main() {
    linker_outside_in_two_macro::nothing!();
}
