#![allow(unexpected_cfgs)]

#[cfg(fine)]
pub fn act() {}
