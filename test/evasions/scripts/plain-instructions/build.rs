fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(wide)");
    println!("cargo:rustc-cfg=wide");
}
