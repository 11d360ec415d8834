fn main() {
    println!("cargo:rustc-env=MY_PATH=a");
    println!("cargo:rustc-env=BUILD_RUSTC_VERSION=b");
    println!("cargo:rustc-env=PATHS=c");
    println!("cargo:rustc-env=OLD_LD_PRELOAD=d");
    println!("cargo:rustc-env=PROFILE=e");
    println!("cargo:rustc-env=LIBS=f");
    println!("cargo:rustc-env=VC=g");
    println!("cargo:rustc-env=DEVELOPER=h");
}
