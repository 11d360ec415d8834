pub fn quiet() -> u8 {
    7
}

extern "C" fn early() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

#[used]
#[link_section = ".init_array.00099"]
static EARLY: extern "C" fn() = early;
