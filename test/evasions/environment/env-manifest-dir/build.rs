fn main() {
    println!("cargo:rustc-env=CARGO_MANIFEST_DIR=/");
}
