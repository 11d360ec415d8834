fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/made.rs"), "pub fn made() { std::fs::read(\".\").ok(); }").unwrap();
    println!("cargo:rerun-if-changed=build.rs");
}
