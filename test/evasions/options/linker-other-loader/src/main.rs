fn main() {
    linker_other_loader_macro::nothing!();
}
