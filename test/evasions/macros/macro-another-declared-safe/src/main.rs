fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_another_declared_safe_helper::raw!(*p)); //~ unsafe
}
