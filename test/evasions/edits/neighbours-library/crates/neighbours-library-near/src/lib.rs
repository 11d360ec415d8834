pub fn near() {}
