fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    println!("cargo:rustc-link-arg=-Wl,--error-handling-script={here}/run.sh");
    println!("cargo:rustc-link-arg=-lnowhere");
}
