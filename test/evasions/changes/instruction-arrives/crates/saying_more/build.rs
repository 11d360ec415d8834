fn main() {
    println!("cargo:rustc-cfg=plain");
    println!("cargo:rustc-check-cfg=cfg(plain)");
}
