fn main() {
    linker_outside_by_name_macro::nothing!();
}
