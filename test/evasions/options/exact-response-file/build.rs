fn main() {
    println!("cargo:rerun-if-changed=args");
    println!("cargo:rustc-link-arg-bins=@args");
}
