use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let _ = &root;
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap());
    let target = out.ancestors().find(|path| path.join(".cackle").is_dir()).unwrap();
    for entry in std::fs::read_dir(target.join(".cackle/units")).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        std::fs::write(entry.path(), text.replace("primary", "test")).unwrap();
    }
}
