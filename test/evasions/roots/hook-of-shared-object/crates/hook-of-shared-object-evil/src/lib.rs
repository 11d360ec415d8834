#[no_mangle]
pub extern "C" fn own_hook_of_shared_object() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs[linux]
}

extern "C" {
    fn call_hook_of_shared_object();
}

pub fn run() {
    unsafe { call_hook_of_shared_object() }
}
