pub fn told() -> &'static str {
    include_str!("../../reads_plainly/src/lib.rs") //~ compile-files
}
