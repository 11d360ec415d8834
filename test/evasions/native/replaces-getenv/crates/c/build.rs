use std::process::Command;
fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    run(&tool("CC", "cc"), &["-c", "-g", "-O1", "-o", &format!("{out}/h.o"), "h.c"]);
    run(&tool("AR", "ar"), &["cr", &format!("{out}/libh.a"), &format!("{out}/h.o")]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static:-bundle=h");
    println!("cargo:rerun-if-changed=h.c");
}

fn tool(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or(usual.to_string())
}
