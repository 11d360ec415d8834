pub fn quiet() -> u8 {
    7
}

use std::arch::global_asm;

extern "C" fn resolve() -> usize {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
    0
}

extern "C" {
    fn own_chosen();
}

pub fn run() -> usize {
    own_chosen as *const () as usize
}

global_asm!(
    ".section .text.own_chosen,\"ax\",@progbits",
    ".globl own_chosen",
    ".type own_chosen, @gnu_indirect_function",
    "own_chosen:",
    "jmp {resolve}",
    ".size own_chosen, . - own_chosen",
    resolve = sym resolve,
);
