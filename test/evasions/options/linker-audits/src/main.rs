fn main() {
    linker_audits_macro::nothing!();
}
