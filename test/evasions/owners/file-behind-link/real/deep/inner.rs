pub fn inner() {}
