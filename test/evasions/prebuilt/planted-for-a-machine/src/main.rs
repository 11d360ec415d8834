fn main() {
    planted_for_a_machine_macro::nothing!();
}
