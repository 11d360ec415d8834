fn main() {
    linker_outside_macro::nothing!();
}
