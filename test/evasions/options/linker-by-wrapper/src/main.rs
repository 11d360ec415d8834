fn main() {
    linker_by_wrapper_macro::nothing!();
}
