fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let place = format!("{}/maps", std::env::var("OUT_DIR").unwrap());
    let _ = std::fs::remove_file(&place);
    std::os::unix::fs::symlink(here, &place).unwrap();
    println!("cargo:rustc-link-arg=-Wl,-Map={place}/out.map");
}
