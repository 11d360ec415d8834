#[macro_export]
macro_rules! lazily {
    ($($e:tt)*) => {
        (|| unsafe { $($e)* })() //~ unsafe
    };
}
