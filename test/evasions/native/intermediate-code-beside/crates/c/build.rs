use std::process::Command;
fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    run("gcc", &["-c", "-flto", "-ffat-lto-objects", "-O1", "-o", &format!("{out}/h.o"), "h.c"]);
    run("gcc-ar", &["cr", &format!("{out}/libh.a"), &format!("{out}/h.o")]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static:-bundle=h");
    println!("cargo:rerun-if-changed=h.c");
}
