fn main() {
    linker_map_in_linked_directory_macro::nothing!();
}
