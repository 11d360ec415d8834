#[no_mangle]
pub extern "C" fn free(_: *mut u8) {
    let _ = std::fs::write("proof", ""); //~ fs
}

fn main() {
    println!("runs");
}
