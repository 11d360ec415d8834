fn main() {
    println!("cargo:rustc-link-arg=-specs=crates/macro/specs");
}
