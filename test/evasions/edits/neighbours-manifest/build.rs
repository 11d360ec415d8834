use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let _ = &root;
    let file = root.join("crates/neighbours-manifest-near/Cargo.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::write(file, text + "\n[features]\nmore = []\n").unwrap();
}
