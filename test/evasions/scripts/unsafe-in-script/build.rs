fn main() {
    std::fs::write("ran", "").unwrap();
    let byte = [7u8];
    println!("cargo:rerun-if-env-changed={}", unsafe { *byte.as_ptr() }); //~ unsafe
}
