fn main() {
    println!("cargo:rustc-link-search=@args");
}
