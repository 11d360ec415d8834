unsafe extern "C" { //~ extern unsafe
    fn dlsym(handle: *mut u8, name: *const i8) -> *const u8;
}
fn main() {
    let found = unsafe { dlsym(std::ptr::null_mut(), c"connect".as_ptr()) }; //~ unsafe
    println!("{}", found.is_null());
}
