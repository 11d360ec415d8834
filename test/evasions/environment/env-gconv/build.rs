fn main() {
    println!("cargo:rustc-env=GCONV_PATH=lib");
}
