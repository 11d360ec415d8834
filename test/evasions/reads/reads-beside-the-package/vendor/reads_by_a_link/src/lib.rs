pub fn told() -> &'static str {
    include_str!("../data/key.txt") //~ compile-files
}
