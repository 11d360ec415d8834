use std::process::Command;

fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let stray = format!("{out}/../../../../stray");
    std::fs::create_dir_all(&stray).unwrap();
    let stray = std::fs::canonicalize(stray).unwrap();
    let library = stray.join("libevil.so");
    let done = Command::new("cc").args(["-shared", "evil.c", "-o"]).arg(&library).status().unwrap();
    assert!(done.success());
    // As much of a library of another system as tells what it is.
    let target = std::env::var("TARGET").unwrap();
    if target.contains("windows") {
        std::fs::write(stray.join("evil.dll"), [b"MZ" as &[u8], &[0; 62]].concat()).unwrap();
    } else if target.contains("apple") {
        std::fs::write(stray.join("libevil.tbd"), "--- !tapi-tbd\n").unwrap();
    }
    println!("cargo:rustc-link-search=native={}", stray.display());
    println!("cargo:rustc-link-lib=dylib=evil");
}
