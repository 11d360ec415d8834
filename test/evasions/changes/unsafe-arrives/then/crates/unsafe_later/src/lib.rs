pub fn first(bytes: &[u8; 1]) -> u8 {
    unsafe { *bytes.as_ptr() } //~ unsafe
}
