pub fn go() -> bool {
    false
}
