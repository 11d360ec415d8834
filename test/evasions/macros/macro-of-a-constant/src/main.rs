static NUMBER: u32 = 3;
macro_of_a_constant_helper::constant!(VALUE, *(&raw const NUMBER)); //~ unsafe
fn main() {
    println!("{VALUE}");
}
