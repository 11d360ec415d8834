pub fn look(p: *const u8) -> u8 {
    unsafe { *p } //~ unsafe@data-and-source-dep unsafe@data-and-source
}
