pub fn id() -> i64 {
    let mut answer: i64 = 39;
    unsafe { //~ unsafe
        std::arch::asm!("syscall", inlateout("rax") answer, out("rcx") _, out("r11") _);
    }
    answer
}
