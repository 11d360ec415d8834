fn main() {
    println!("cargo:rustc-check-cfg=@args");
}
