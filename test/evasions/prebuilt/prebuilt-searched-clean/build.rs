use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=good.c");
    let out = std::env::var("OUT_DIR").unwrap();
    let object = format!("{out}/good.o");
    let library = format!("{out}/libgood.a");
    assert!(Command::new(tool("CC", "cc")).args(["-c", "good.c", "-o", &object]).status().unwrap().success());
    assert!(Command::new(tool("AR", "ar")).args(["crs", &library, &object]).status().unwrap().success());
    println!("cargo:rustc-link-search={out}");
    println!("cargo:rustc-link-lib=good");
}

fn tool(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or(usual.to_string())
}
