macro_rules! export {
    ($i:item) => {
        #[macro_export]
        $i
    };
}
export! {
    macro_rules! by_macro {
        ($e:expr) => {
            unsafe { $e }
        };
    }
}
#[cfg_attr(all(), macro_export)]
macro_rules! by_condition {
    ($e:expr) => {
        unsafe { $e }
    };
}
