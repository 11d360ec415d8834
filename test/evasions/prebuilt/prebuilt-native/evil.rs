#[no_mangle]
pub extern "C" fn act() {
    let _ = std::fs::read("x");
}
