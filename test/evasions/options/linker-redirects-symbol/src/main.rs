fn main() {
    linker_redirects_symbol_macro::nothing!();
}
