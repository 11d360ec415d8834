macro_rules! fill {
    ($($head:tt)*) => { fill2! { $($head)* } };
}
macro_rules! fill2 {
    (extern $abi:literal {}) => {
        extern $abi { //~ extern
            fn abs(x: i32) -> i32;
        }
    };
}
fill! {
    extern "C" {} //~ extern
}
#[link(name = "c")]
extern "C" {} //~ extern
fn main() {
    let _: unsafe extern "C" fn(i32) -> i32 = abs; //~ extern
}
