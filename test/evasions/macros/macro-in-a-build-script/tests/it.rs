#[test]
fn looks() {
    assert_eq!(macro_in_a_build_script_helper::raw!(*(&1 as *const i32)), 1); //~ unsafe@macro-in-a-build-script.test
}
