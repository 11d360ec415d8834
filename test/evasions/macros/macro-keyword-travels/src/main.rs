fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_keyword_travels_helper::start!(*p)); //~ unsafe
    println!("{}", macro_keyword_travels_helper::start_block!(*p)); //~ unsafe
}
