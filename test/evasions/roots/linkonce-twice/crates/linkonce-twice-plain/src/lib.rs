use std::arch::global_asm;

pub fn load() {}

global_asm!(
    ".section .gnu.linkonce.t.linkonce_twice,\"ax\",@progbits",
    ".globl linkonce_twice_entry",
    ".type linkonce_twice_entry, @function",
    "linkonce_twice_entry:",
    "ret",
    ".size linkonce_twice_entry, . - linkonce_twice_entry",
);
