#[doc(hidden)]
#[macro_export]
macro_rules! __inner {
    (@run $($t:tt)*) => {
        unsafe { $($t)* }
    };
}
#[macro_export]
macro_rules! outer {
    ($e:expr) => {
        $crate::__inner!(@run $e)
    };
}
#[macro_export]
macro_rules! twice {
    ($($t:tt)*) => {
        $crate::outer!($($t)*)
    };
}
