fn main() {
    linker_map_through_link_macro::nothing!();
}
