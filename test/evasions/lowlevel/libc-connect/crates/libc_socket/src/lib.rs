extern "C" { //~ extern
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
}

pub fn open() -> i32 {
    unsafe { socket(2, 1, 0) } //~ unsafe
}
