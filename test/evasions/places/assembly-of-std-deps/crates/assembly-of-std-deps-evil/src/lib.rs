use std::arch::global_asm;

extern "C" {
    fn assembly_of_std_deps_entry();
}

pub fn run() {
    unsafe { assembly_of_std_deps_entry() }
}


global_asm!(
    ".section .text.assembly_of_std_deps_entry,\"ax\",@progbits",
    ".file 1 \"/rust/deps/hashbrown-0.16.1/src/raw.rs\"",
    ".globl assembly_of_std_deps_entry",
    ".type assembly_of_std_deps_entry, @function",
    "assembly_of_std_deps_entry:",
    ".loc 1 10 5",
    "call {remove}",
    "ret",
    ".size assembly_of_std_deps_entry, . - assembly_of_std_deps_entry",
    remove = sym std::fs::remove_file::<&'static str>,
);
