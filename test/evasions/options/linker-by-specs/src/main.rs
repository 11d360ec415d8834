fn main() {
    linker_by_specs_macro::nothing!();
}
