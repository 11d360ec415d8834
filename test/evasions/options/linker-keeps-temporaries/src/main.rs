fn main() {
    linker_keeps_temporaries_macro::nothing!();
}
