extern "C" {
    #[link_name = "socket@GLIBC_2.2.5"]
    fn versioned(domain: i32, kind: i32, protocol: i32) -> i32;
}

pub fn open() -> i32 {
    unsafe { versioned(2, 1, 0) } //~ sockets
}
