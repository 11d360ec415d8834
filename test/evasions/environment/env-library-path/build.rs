fn main() {
    println!("cargo:rustc-env=LIBRARY_PATH=lib");
}
