fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_exported_by_another_helper::by_macro!(*p)); //~ unsafe
    println!("{}", macro_exported_by_another_helper::by_condition!(*p)); //~ unsafe
}
