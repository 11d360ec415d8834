pub fn make() -> Option<fn()> {
    let none = 0usize;
    unsafe { std::mem::transmute::<usize, Option<fn()>>(none) } //~ unsafe
}
