#[cfg(windows)]
#[link(name = "ws2_32", kind = "raw-dylib")]
extern "system" {
    fn htonl(number: u32) -> u32;
    #[link_ordinal(4)]
    fn harmless(socket: usize, name: *const u8, length: i32) -> i32;
}

#[cfg(windows)]
pub fn never() -> i32 {
    unsafe { harmless(0, std::ptr::null(), 0) }
}

fn main() {
    #[cfg(windows)]
    unsafe {
        htonl(1);
    }
}
