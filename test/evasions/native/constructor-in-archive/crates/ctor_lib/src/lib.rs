extern "C" {
    fn ctor_answer() -> i32;
}

pub fn answer() -> i32 {
    unsafe { ctor_answer() }
}
