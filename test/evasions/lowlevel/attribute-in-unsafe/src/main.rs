#[unsafe(no_mangle)] //~ unsafe
pub fn cackle_evasion_attribute() -> u32 {
    3
}
#[unsafe(export_name = "cackle_evasion_name")] //~ unsafe
pub fn named() -> u32 {
    4
}
fn main() {
    println!("{}", cackle_evasion_attribute() + named());
}
