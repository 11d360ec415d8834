fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    println!("cargo:rustc-link-arg=-fuse-ld=bfd");
    println!("cargo:rustc-link-arg=-B/usr/bin/");
    println!("cargo:rustc-link-arg=-Wl,-Map={out}/macro.map");
    println!("cargo:rustc-link-arg=-fno-plt");
    println!("cargo:rustc-link-arg=-fstack-protector-strong");
}
