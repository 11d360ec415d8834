fn main() {
    println!("cargo:rustc-flags=-L native=x");
}
