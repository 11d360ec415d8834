std::arch::global_asm!( //~ unsafe
    ".globl global_asm_enter",
    "global_asm_enter: ret",
);

extern "C" { //~ extern
    fn global_asm_enter();
}

pub fn go() -> bool {
    unsafe { global_asm_enter() }; //~ unsafe
    true
}
