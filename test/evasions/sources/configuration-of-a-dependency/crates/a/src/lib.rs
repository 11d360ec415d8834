pub fn go() -> bool {
    cfg!(configured)
}
