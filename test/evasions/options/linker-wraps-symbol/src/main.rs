fn main() {
    linker_wraps_symbol_macro::nothing!();
}
