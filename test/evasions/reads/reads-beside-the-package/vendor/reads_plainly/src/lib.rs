pub fn told() -> &'static str {
    include_str!("../../../secrets/key.txt") //~ compile-files
}
