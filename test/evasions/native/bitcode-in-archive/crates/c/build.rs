use std::process::Command;
fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let source = format!("{out}/h.rs");
    std::fs::write(&source, "#![no_std]\n#![crate_type = \"lib\"]\n#[no_mangle]\npub extern \"C\" fn helper() -> i32 {\n    7\n}\n").unwrap();
    let rustc = std::env::var("RUSTC").unwrap();
    run(&rustc, &["--emit=llvm-bc", "-Cpanic=abort", "-o", &format!("{out}/h.o"), &source]);
    run("ar", &["cr", &format!("{out}/libh.a"), &format!("{out}/h.o")]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static:-bundle=h");
    println!("cargo:rerun-if-changed=h.c");
}
