pub fn told() -> &'static str {
    include_str!("../../../shared-not/notes.txt") //~ compile-files
}
