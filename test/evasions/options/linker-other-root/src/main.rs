fn main() {
    linker_other_root_macro::nothing!();
}
