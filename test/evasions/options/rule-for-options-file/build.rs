fn main() {
    println!("cargo:rustc-cfg=@args");
}
