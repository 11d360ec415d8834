#[cfg_attr(all(), unsafe(no_mangle))] //~ unsafe
pub fn cackle_evasion_condition() -> u32 {
    3
}
fn main() {
    println!("{}", cackle_evasion_condition());
}
