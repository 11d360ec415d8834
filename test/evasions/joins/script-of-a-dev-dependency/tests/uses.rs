#[test]
fn uses() {
    script_of_a_dev_dependency_a::quiet();
}
