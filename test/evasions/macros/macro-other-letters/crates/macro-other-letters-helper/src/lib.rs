#[macro_export]
macro_rules! café {
    ($e:expr) => {
        unsafe { $e }
    };
}
