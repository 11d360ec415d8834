fn main() {
    println!("cargo:rustc-env=STAMP=x");
}
