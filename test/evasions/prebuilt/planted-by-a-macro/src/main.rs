fn main() {
    planted_by_a_macro_macro::nothing!();
}
