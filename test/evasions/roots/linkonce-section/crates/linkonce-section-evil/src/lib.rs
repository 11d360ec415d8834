pub fn quiet() -> u8 {
    7
}

use std::arch::global_asm;

extern "C" fn touched() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

extern "C" {
    fn own_linkonce();
}

#[used]
static CALLED: unsafe extern "C" fn() = own_linkonce;

global_asm!(
    ".section .gnu.linkonce.t.own_linkonce,\"ax\",@progbits",
    ".weak own_linkonce",
    ".type own_linkonce, @function",
    "own_linkonce:",
    "jmp {touched}",
    ".size own_linkonce, . - own_linkonce",
    touched = sym touched,
);

pub fn run() {
    unsafe { CALLED() }
}
