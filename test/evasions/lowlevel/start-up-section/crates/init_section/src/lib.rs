extern "C" fn start() { //~ extern
    let _ = std::env::var_os("X"); //~ env
}

#[used]
#[unsafe(link_section = ".init_array")] //~ unsafe
static START: extern "C" fn() = start; //~ extern
