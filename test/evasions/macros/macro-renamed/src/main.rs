use macro_renamed_between::{again::harmless, innocent as fine};
use macro_renamed_helper::{self as deep, raw as println_like};
use deep::raw as vec;
fn main() {
    let p = &1 as *const i32;
    println!("{}", println_like!(*p)); //~ unsafe
    println!("{}", fine!(*p)); //~ unsafe
    println!("{}", harmless!(*p)); //~ unsafe
    println!("{}", vec![*p]); //~ unsafe
}
