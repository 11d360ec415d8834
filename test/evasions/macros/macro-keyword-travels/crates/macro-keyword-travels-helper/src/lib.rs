#[macro_export]
macro_rules! finish {
    ($k:tt {} [$($e:tt)*]) => {
        $k { $($e)* }
    };
    ($k:tt $e:expr) => {
        $k { $e }
    };
}
#[macro_export]
macro_rules! start {
    ($e:expr) => {
        $crate::finish!(unsafe $e)
    };
}
#[macro_export]
macro_rules! start_block {
    ($($e:tt)*) => {
        $crate::finish!(unsafe {} [$($e)*])
    };
}
