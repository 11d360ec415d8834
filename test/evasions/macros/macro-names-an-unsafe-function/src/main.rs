use macro_names_an_unsafe_function_helper::{call, field, new_of, path_call};
union U {
    a: u32,
    b: f32,
}
fn main() {
    let u = U { a: 1 };
    println!("{}", field!(u, b)); //~ unsafe
    println!("{}", call!(zeroed)); //~ unsafe
    println!("{}", path_call!(std::mem::zeroed)); //~ unsafe
    let _: std::num::NonZeroU8 = new_of!(std::num::NonZeroU8, 1); //~ unsafe
    let _ = U { b: 1.0 };
}
use std::mem::zeroed;
