#[macro_export]
macro_rules! constant {
    ($name:ident, $e:expr) => {
        const $name: u32 = unsafe { $e }; //~ unsafe
    };
}
