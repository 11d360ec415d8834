#[macro_export]
macro_rules! raw {
    ($e:expr) => {
        unsafe { $e }
    };
}
#[macro_export]
macro_rules! make {
    ($d:tt $n:ident) => {
        #[macro_export]
        macro_rules! $n {
            ($d e:expr) => { unsafe { $d e } };
        }
    };
}
make!($ made);
macro_rules! rename {
    ($a:ident, $b:ident) => {
        pub use crate::$a as $b;
    };
}
rename!(raw, alias);
