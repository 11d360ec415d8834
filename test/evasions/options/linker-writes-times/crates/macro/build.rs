fn main() {
    println!("cargo:rustc-link-arg=-ftime-trace=crates/macro/proof");
}
