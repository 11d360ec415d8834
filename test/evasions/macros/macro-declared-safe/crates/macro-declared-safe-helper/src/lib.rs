#[macro_export]
macro_rules! raw {
    ($e:expr) => {
        unsafe { $e }
    };
}
#[macro_export]
macro_rules! outer {
    ($e:expr) => {
        $crate::raw!($e)
    };
}
