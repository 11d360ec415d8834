extern "C" {
    fn plain_answer() -> i32;
}

pub fn answer() -> i32 {
    unsafe { plain_answer() }
}
