fn main() {
    for path in ["build.rs", "src", "..", ".", "build.rs"] {
        println!("cargo:rerun-if-changed={path}");
    }
}
