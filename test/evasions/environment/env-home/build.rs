fn main() {
    println!("cargo:rustc-env=HOME=home");
}
