#[macro_export]
macro_rules! sendable {
    ($t:ident) => {
        unsafe impl Send for $t {}
    };
}
#[macro_export]
macro_rules! function {
    ($n:ident, $p:ident, $e:expr) => {
        unsafe fn $n($p: *const u8) -> u8 {
            $e
        }
    };
}
pub fn run(f: unsafe fn(*const u8) -> u8) -> u8 {
    unsafe { f(&1) }
}
