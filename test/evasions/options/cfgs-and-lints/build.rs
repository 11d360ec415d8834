fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:warning=@somebody: hello");
    println!("cargo:rustc-cfg=level_of=\"1@2\"");
    println!("cargo:rustc-cfg=feature=\"fast\"");
    println!("cargo::rustc-check-cfg=cfg(fast)");
}
