pub fn quiet() -> u8 {
    7
}

use std::arch::global_asm;

extern "C" fn touched() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

global_asm!(
    ".section .text.own_release,\"ax\",@progbits",
    ".globl own_release",
    ".type own_release, @function",
    "own_release:",
    "jmp {touched}",
    ".size own_release, . - own_release",
    ".symver own_release, free@GLIBC_2.2.5",
    touched = sym touched,
);
