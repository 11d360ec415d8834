fn main() {
    println!("cargo:rustc-link-arg=-Wl,--wrap=getenv");
}
