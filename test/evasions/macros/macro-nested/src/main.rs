fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_nested_helper::outer!(*p)); //~ unsafe
    println!("{}", macro_nested_helper::twice!(*p)); //~ unsafe
    println!("{}", macro_nested_between::third!(*p)); //~ unsafe
}
