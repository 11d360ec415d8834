use macro_applied_helper::{apply, raw};
macro_rules! own {
    ($m:ident, $e:expr) => {
        $m!($e)
    };
}
fn main() {
    let p = &1 as *const i32;
    println!("{}", apply!(raw, *p)); //~ unsafe
    println!("{}", own!(raw, *p)); //~ unsafe
}
