fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let map = format!("{}/out.map", std::env::var("OUT_DIR").unwrap());
    let _ = std::fs::remove_file(&map);
    std::os::unix::fs::symlink(format!("{here}/proof"), &map).unwrap();
    println!("cargo:rustc-link-arg=-Wl,-Map,{map}");
}
