fn main() { println!("cargo:rustc-link-arg=-Wl,--version-script=/dev/zero"); }
