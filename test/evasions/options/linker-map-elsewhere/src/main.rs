fn main() {
    linker_map_elsewhere_macro::nothing!();
}
