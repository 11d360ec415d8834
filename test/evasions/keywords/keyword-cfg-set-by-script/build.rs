fn main() {
    println!("cargo:rustc-check-cfg=cfg(set_by_script)");
    println!("cargo:rustc-check-cfg=cfg(value, values(any()))");
    println!("cargo:rustc-cfg=set_by_script");
    println!("cargo:rustc-cfg=value=\"x=y\"");
}
