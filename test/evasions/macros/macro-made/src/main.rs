macro_made_helper::make!($ here); //~ unsafe
fn main() {
    let p = &1 as *const i32;
    println!("{}", macro_made_helper::made!(*p)); //~ unsafe
    println!("{}", macro_made_helper::alias!(*p)); //~ unsafe
    println!("{}", here!(*p));
}
