fn main() {
    println!("cargo:rustc-link-arg=-Wl,-Tcrates/macro/script");
}
