#[macro_export]
macro_rules! raw_of_own {
    ($e:expr) => {
        unsafe { $e }
    };
}
fn main() {
    let p = &1 as *const i32;
    println!("{}", raw_of_own!(*p));
}
