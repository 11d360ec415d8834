fn main() {
    println!("cargo:rustc-env=PATH=bin");
}
