fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_other_letters_helper::café!(*p)); //~ unsafe
}
