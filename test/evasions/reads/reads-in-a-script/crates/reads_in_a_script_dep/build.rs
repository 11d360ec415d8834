fn main() {
    assert!(include_bytes!("/etc/passwd").len() > 1); //~ compile-files.build
}
