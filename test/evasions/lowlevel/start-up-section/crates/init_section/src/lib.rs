extern "C" fn start() { //~ extern
    let _ = std::env::var_os("X"); //~ env
}

#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))] #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))] #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))] //~ unsafe
static START: extern "C" fn() = start; //~ extern
