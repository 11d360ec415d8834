pub fn quiet() -> u8 {
    7
}

extern "C" fn late() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

#[used]
#[cfg_attr(target_os = "linux", link_section = ".fini_array")] #[cfg_attr(windows, link_section = ".CRT$XTU")] #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mod_term_func")]
static LATE: extern "C" fn() = late;
