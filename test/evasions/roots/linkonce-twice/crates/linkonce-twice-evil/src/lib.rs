use std::arch::global_asm;

extern "C" fn touched() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

pub fn load() {}

global_asm!(
    ".section .gnu.linkonce.t.linkonce_twice,\"ax\",@progbits",
    ".weak linkonce_twice_entry",
    ".type linkonce_twice_entry, @function",
    "linkonce_twice_entry:",
    "jmp {touched}",
    ".size linkonce_twice_entry, . - linkonce_twice_entry",
    touched = sym touched,
);
