fn main() {
    println!("cargo:rustc-link-arg=-s");
    println!("cargo:rustc-link-arg-bins=-s");
}
