fn main() {
    println!("cargo:rustc-check-cfg=cfg(chatty)");
    println!("cargo:rustc-cfg=chatty");
}
