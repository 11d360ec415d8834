pub const READ: fn(&u8) -> u8 = |byte| unsafe { *(byte as *const u8) }; //~ unsafe
