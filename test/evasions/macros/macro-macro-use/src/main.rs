#[macro_use]
extern crate macro_macro_use_helper;
mod glob {
    use macro_macro_use_helper::*;
    pub fn look(p: *const i32) -> i32 {
        raw!(*p) //~ unsafe
    }
}
mod import {
    use macro_macro_use_helper::raw;
    pub fn look(p: *const i32) -> i32 {
        raw!(*p) //~ unsafe
    }
}
fn main() {
    let p = &1 as *const i32;
    println!("{} {}", glob::look(p), import::look(p));
    println!("{}", raw!(*p)); //~ unsafe
}
