//! What must not compile, by trybuild: it starts a cargo of its own.

#[test]
fn queries_that_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/missing.rs");
    cases.pass("tests/ui/known.rs");
}
