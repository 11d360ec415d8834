macro_rules! portable {
    (#[$m:meta] $($rest:tt)*) => { $($rest)* };
}
portable! {
    #[cfg(windows)]
    extern "C" fn called() {} //~ extern
}
macro_rules! only_windows {
    () => {
        #[cfg(not(windows))]
        extern "C" fn made() {} //~ extern
    };
}
only_windows!();
fn main() {
    called();
    made();
}
