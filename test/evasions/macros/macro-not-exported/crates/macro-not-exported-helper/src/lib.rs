macro_rules! raw {
    ($e:expr) => {
        unsafe { $e }
    };
}
pub fn f() -> u8 {
    raw!(*(&1u8 as *const u8))
}
