fn main() {
    println!("cargo:rustc-env=CARGO_PKG_NAME=serde");
}
