pub fn number() -> u32 {
    unsafe { std::mem::zeroed() } //~ unsafe[windows]
}
