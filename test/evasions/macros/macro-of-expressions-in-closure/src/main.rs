fn main() {
    let p: *const u32 = &3;
    println!("{}", macro_of_expressions_in_closure_helper::lazily!(*p)); //~ unsafe
}
