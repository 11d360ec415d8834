pub fn told() -> &'static str {
    include_str!("../../../notes.txt") //~ compile-files
}
