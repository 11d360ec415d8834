fn main() {
    println!("cargo:rustc-env=LD_AUDIT=x.so");
}
