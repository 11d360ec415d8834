fn main() {
    println!("cargo:rustc-link-arg=-Wl,--format=binary");
}
