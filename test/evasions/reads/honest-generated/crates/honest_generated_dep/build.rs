fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/code.rs"), "pub const LENGTH: usize = 3;").unwrap();
    println!("cargo::rustc-env=HONEST_TABLE=1");
}
