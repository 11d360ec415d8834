use macro_raw_helper as h;
fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_raw_helper::raw!(*p)); //~ unsafe
    println!("{}", ::macro_raw_helper::raw! { *p }); //~ unsafe
    println!("{}", h::raw![*p]); //~ unsafe
    println!("{}", h::r#raw!(*p)); //~ unsafe
}
