use std::process::Command;

// What a package would bring ready-made is compiled here, by whom nothing judges.
fn main() {
    println!("cargo:rerun-if-changed=evil.rs");
    let out = std::env::var("OUT_DIR").unwrap();
    let rustc = std::env::var("RUSTC").unwrap();
    let done = Command::new(rustc)
        .args(["--crate-name", "evil", "--crate-type", "rlib", "--edition", "2021", "--extern", "proc_macro", "evil.rs", "--out-dir"])
        .arg(&out)
        .status()
        .unwrap();
    assert!(done.success());
    println!("cargo:rustc-link-search={out}");
}
