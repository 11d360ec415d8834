fn main() {
    println!("cargo:rustc-env=COMPILER_PATH=bin");
}
