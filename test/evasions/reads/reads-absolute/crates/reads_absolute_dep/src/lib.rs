pub fn told() -> usize {
    include_bytes!("/etc/passwd").len() //~ compile-files
}
