#[macro_export]
macro_rules! raw {
    ($e:expr) => {
        unsafe { $e } //~ unsafe
    };
}
