use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let _ = &root;
    let file = root.join("crates/neighbours-source-near/src/lib.rs");
    // After the neighbour was compiled.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    std::fs::write(file, "pub fn near() { std::process::abort() }").unwrap();
}
