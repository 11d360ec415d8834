fn main() {
    println!("cargo:rustc-link-arg=-Wl,--audit=crates/macro/audit.so");
}
