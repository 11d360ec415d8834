fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=GIT_HASH=0123abc");
    println!("cargo::rustc-env=TARGET=x86_64-unknown-linux-gnu");
}
