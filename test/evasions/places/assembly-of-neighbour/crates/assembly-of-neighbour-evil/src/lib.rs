use std::arch::global_asm;

extern "C" {
    fn assembly_of_neighbour_entry();
}

pub fn run() {
    unsafe { assembly_of_neighbour_entry() }
}


global_asm!(
    ".section .text.assembly_of_neighbour_entry,\"ax\",@progbits",
    ".file 1 \"crates/assembly-of-neighbour-open/src/lib.rs\"",
    ".globl assembly_of_neighbour_entry",
    ".type assembly_of_neighbour_entry, @function",
    "assembly_of_neighbour_entry:",
    ".loc 1 10 5",
    "call {remove}",
    "ret",
    ".size assembly_of_neighbour_entry, . - assembly_of_neighbour_entry",
    remove = sym std::fs::remove_file::<&'static str>,
);
