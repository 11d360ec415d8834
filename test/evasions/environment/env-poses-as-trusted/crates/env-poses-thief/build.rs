fn main() {
    println!("cargo:rustc-env=CARGO_PKG_NAME=env-poses-trusted");
    println!("cargo:rustc-env=CARGO_MANIFEST_DIR=crates/env-poses-trusted");
}
