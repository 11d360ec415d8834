#[macro_export]
macro_rules! raw {
    ($e:expr) => {
        unsafe { $e }
    };
}
#[macro_export]
macro_rules! apply {
    ($m:ident, $($t:tt)*) => {
        $m!($($t)*)
    };
}
