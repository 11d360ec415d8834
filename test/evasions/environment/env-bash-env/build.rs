fn main() {
    println!("cargo:rustc-env=BASH_ENV=start.sh");
}
