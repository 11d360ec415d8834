fn main() {
    build_override_macro::nothing!();
}
