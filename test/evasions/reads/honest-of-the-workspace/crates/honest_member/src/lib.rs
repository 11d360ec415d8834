#![doc = include_str!("../../../README.md")]

pub fn told() -> &'static str {
    include_str!("../../../README.md")
}
