fn main() {}

#[test]
fn builds_another() {
    std::fs::write("ran", "").unwrap(); //~ fs
    let status = std::process::Command::new(env!("CARGO")).arg("--version").status(); //~ process
    assert!(status.is_ok()); //~ process
} //~ process
