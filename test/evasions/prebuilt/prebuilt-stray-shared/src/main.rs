extern "C" {
    fn act() -> i32;
}

fn main() {
    unsafe { act() };
}
