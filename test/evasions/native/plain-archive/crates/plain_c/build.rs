use std::process::Command;

fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let object = format!("{out}/plain.o");
    let run = |program: &str, args: &[&str]| {
        assert!(Command::new(program).args(args).status().unwrap().success());
    };
    run("cc", &["-g", "-O0", "-ffunction-sections", "-c", "c/plain.c", "-o", &object]);
    run("ar", &["crs", &format!("{out}/libplain.a"), &object]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=plain");
    println!("cargo:rerun-if-changed=c");
}
