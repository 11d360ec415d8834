pub fn first(bytes: &[u8; 1]) -> u8 {
    bytes[0]
}
