#[cfg(any())]
const KEY: &str = include_str!("/etc/passwd");

/// `include_str!("/etc/passwd")` and `env!("HOME")` in words.
pub fn told() -> &'static str {
    // include_str!("/etc/passwd")
    stringify!(include_str!("/etc/passwd"))
}
