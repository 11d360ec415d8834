pub use macro_nested_helper as inner;
#[macro_export]
macro_rules! third {
    ($e:expr) => {
        $crate::inner::twice!($e) //~ unsafe
    };
}
