use std::process::Command;

fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let deps = std::fs::canonicalize(format!("{out}/../../../deps")).unwrap();
    let rustc = std::env::var("RUSTC").unwrap();
    let args = ["--crate-name", "evil", "--crate-type", "rlib", "evil.rs", "--out-dir"];
    assert!(Command::new(rustc).args(args).arg(deps).status().unwrap().success());
}
