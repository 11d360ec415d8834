fn main() {
    println!("cargo:rustc-cfg=plain");
    println!("cargo:rustc-check-cfg=cfg(plain)");
    println!("cargo:rustc-link-arg=-Wl,-z,now");
}
