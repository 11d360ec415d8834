extern "C" {
    fn act();
}

fn main() {
    unsafe { act() }
}
