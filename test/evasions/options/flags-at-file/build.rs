fn main() {
    println!("cargo:rustc-flags=-l @args");
    println!("cargo:rustc-flags=-L@args");
}
