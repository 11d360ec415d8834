use std::process::Command;
fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/g.c"), "int chosen(void) {\n    return 1;\n}\nint helper(void) {\n    return chosen();\n}\n").unwrap();
    run("gcc", &["-c", "-g", "-O1", "-ffunction-sections", "-o", &format!("{out}/h.o"), "h.c"]);
    run("gcc", &["-c", "-g", "-O1", "-ffunction-sections", "-o", &format!("{out}/g.o"), &format!("{out}/g.c")]);
    run("ar", &["cr", &format!("{out}/libh.a"), &format!("{out}/g.o"), &format!("{out}/h.o")]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static:-bundle=h");
    println!("cargo:rerun-if-changed=h.c");
}
