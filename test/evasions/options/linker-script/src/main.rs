fn main() {
    linker_script_macro::nothing!();
}
