fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/code.rs"), "pub fn generated(p: *const u32) -> u32 { macro_in_generated_code_helper::raw!(*p) }").unwrap();
}
