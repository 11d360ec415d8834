fn main() {
    linker_binary_input_macro::nothing!();
}
