fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let ended = std::process::Command::new("gcc").args(["-shared", "-fPIC", "-o", &format!("{out}/libh.so"), "h.c"]).status();
    assert!(ended.unwrap().success());
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=dylib=h");
}
