static mut COUNT: u32 = 0;
struct Shared(*const u8);
unsafe impl Sync for Shared {} //~ unsafe
static SHARED: Shared = Shared(std::ptr::null());
unsafe trait Promise {} //~ unsafe
fn main() {
    unsafe { COUNT += 1 }; //~ unsafe
    println!("{}", SHARED.0.is_null());
}
