fn main() {
    println!("cargo:rustc-link-arg=@args");
    println!("cargo:rustc-link-arg-bins=-Wl,@args");
}
