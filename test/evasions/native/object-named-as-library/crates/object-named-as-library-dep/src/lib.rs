#[cfg_attr(target_vendor = "apple", link(name = "hidden.o"))]
#[cfg_attr(target_env = "msvc", link(name = "hidden", modifiers = "+verbatim"))]
#[cfg_attr(
    not(any(target_vendor = "apple", target_env = "msvc")),
    link(name = "hidden.o", modifiers = "+verbatim")
)]
extern "C" {
    fn quiet();
}

pub fn call() {
    unsafe { quiet() }
}
