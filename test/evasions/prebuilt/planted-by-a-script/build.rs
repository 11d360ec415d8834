fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/../../../deps/libm.so.6"), "").unwrap();
}
