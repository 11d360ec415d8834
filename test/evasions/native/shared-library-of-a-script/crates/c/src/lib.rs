extern "C" {
    fn helper() -> i32;
}
pub fn go() -> i32 {
    unsafe { helper() }
}
