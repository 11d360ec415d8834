fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    println!("cargo:rustc-link-arg=-Wl,-Map={out}/macro.map");
    println!("cargo:rustc-link-arg=-Wl,-m,elf_x86_64,-z,now,--as-needed");
}
