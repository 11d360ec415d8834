fn main() {
    println!("cargo:rustc-cfg=tuned");
    println!("cargo:rustc-cfg=level=\"two\"");
}
