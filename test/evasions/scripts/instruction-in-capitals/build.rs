fn main() {
    println!("CARGO:rustc-link-lib=m");
    println!(" cargo is nice");
    println!("cargo rustc-link-lib=m");
}
