fn main() {
    linker_loads_library_macro::go!();
}
