fn main() {
    println!("cargo::rustc-env=READS_SET=1");
}
