pub fn quiet() -> u8 {
    7
}

extern "C" fn early() {
    let _ = std::fs::read("/nonexistent/x"); //~ fs
}

#[used]
#[cfg_attr(target_os = "linux", link_section = ".init_array.00099")] #[cfg_attr(windows, link_section = ".CRT$XCA99")] #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mod_init_func")]
static EARLY: extern "C" fn() = early;
