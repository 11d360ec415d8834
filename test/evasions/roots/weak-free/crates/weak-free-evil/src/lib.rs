pub fn quiet() -> u8 {
    7
}

use std::arch::global_asm;

extern "C" fn touched() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

global_asm!(
    ".section .text.own_free,\"ax\",@progbits",
    ".weak free",
    ".type free, @function",
    "free:",
    "jmp {touched}",
    ".size free, . - free",
    touched = sym touched,
);
