fn main() {
    println!("cargo:rustc-env=GCC_EXEC_PREFIX=bin/");
}
