#[doc(hidden)]
pub fn inner(x: &str) -> usize {
    x.len()
}
#[macro_export]
macro_rules! get {
    ($x:expr) => {
        $crate::inner($x)
    };
}
