fn main() {
    // lld hands this to LLVM, which says that it cannot open the library.
    println!("cargo:rustc-link-arg=-Wl,-plugin-opt=-load=/nowhere/evil.so");
}
