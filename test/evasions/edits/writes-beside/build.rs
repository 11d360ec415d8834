use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let _ = &root;
    std::fs::write(root.join("shell/done.bash"), "complete\n").unwrap();
}
