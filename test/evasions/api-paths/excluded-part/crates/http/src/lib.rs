pub fn status(x: u16) -> bool {
    x < 400
}
pub fn get(x: &str) -> usize {
    x.len()
}
