#[test]
fn uses() {
    macro_in_a_dev_dependency_macro::nothing!();
}
