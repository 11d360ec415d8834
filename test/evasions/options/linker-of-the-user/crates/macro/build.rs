fn main() {
    println!("cargo:rustc-link-arg=-Wl,--as-needed");
}
