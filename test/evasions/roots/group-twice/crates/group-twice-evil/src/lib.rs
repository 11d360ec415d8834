use std::arch::global_asm;

extern "C" fn touched() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

pub fn load() {}

global_asm!(
    ".section .text.group_twice,\"axG\",@progbits,group_twice_signature,comdat",
    ".weak group_twice_entry",
    ".type group_twice_entry, @function",
    "group_twice_entry:",
    "jmp {touched}",
    ".size group_twice_entry, . - group_twice_entry",
    touched = sym touched,
);
