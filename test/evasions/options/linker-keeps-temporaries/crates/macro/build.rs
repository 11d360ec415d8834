fn main() {
    println!("cargo:rustc-link-arg=-save-temps");
}
