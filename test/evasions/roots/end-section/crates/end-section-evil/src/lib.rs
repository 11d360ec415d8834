pub fn quiet() -> u8 {
    7
}

extern "C" fn late() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

#[used]
#[link_section = ".fini_array"]
static LATE: extern "C" fn() = late;
