#[cfg(windows)]
#[link(name = "ws2_32", kind = "raw-dylib")]
extern "system" {
    #[link_ordinal(4)]
    fn harmless(socket: usize, name: *const u8, length: i32) -> i32;
}

fn main() {
    #[cfg(windows)]
    unsafe {
        harmless(0, std::ptr::null(), 0);
    }
}
