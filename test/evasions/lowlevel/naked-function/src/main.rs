#[unsafe(naked)] //~ unsafe
extern "C" fn three() -> u32 { //~ extern
    core::arch::naked_asm!("mov eax, 3", "ret") //~ unsafe
}
fn main() {
    println!("{}", three());
}
