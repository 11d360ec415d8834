use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=evil.rs");
    let out = std::env::var("OUT_DIR").unwrap();
    let rustc = std::env::var("RUSTC").unwrap();
    let object = format!("{out}/evil.o");
    let library = format!("{out}/libevil.a");
    let target = std::env::var("TARGET").unwrap();
    let args = ["--target", &target, "--crate-type", "lib", "--emit", "obj", "-Ccodegen-units=1", "-o", &object, "evil.rs"];
    assert!(Command::new(rustc).args(args).status().unwrap().success());
    assert!(Command::new("ar").args(["crs", &library, &object]).status().unwrap().success());
    println!("cargo:rustc-link-search={out}");
    println!("cargo:rustc-link-lib=static=evil");
}
