fn main() {
    linker_outside_by_ld_path_macro::nothing!();
}
