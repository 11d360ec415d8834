fn main() {
    println!("cargo:rustc-env=RUST_TARGET_PATH=lib");
}
