use std::fs::*;

pub fn go() -> bool {
    metadata("absent").is_ok() //~ fs
} //~ fs
