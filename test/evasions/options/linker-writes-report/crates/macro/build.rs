fn main() {
    println!("cargo:rustc-link-arg=-fproc-stat-report=crates/macro/proof");
}
