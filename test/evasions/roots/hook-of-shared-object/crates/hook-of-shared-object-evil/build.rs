fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let library = format!("{out}/libownhook.so");
    let status = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o", &library, "hook.c"]).status();
    assert!(status.unwrap().success());
    println!("cargo:rerun-if-changed=hook.c");
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=dylib=ownhook");
}
