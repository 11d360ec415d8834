#[macro_export]
macro_rules! import {
    ($n:ident) => {
        extern "C" {
            fn $n(x: i32) -> i32;
        }
    };
}
#[macro_export]
macro_rules! callback {
    () => {
        pub extern "C" fn callback() {}
    };
}
#[macro_export]
macro_rules! join {
    ($k:tt) => {
        $k "C" fn joined() {}
    };
}
pub fn apply(f: unsafe extern "C" fn(i32) -> i32) -> i32 {
    unsafe { f(-1) }
}
