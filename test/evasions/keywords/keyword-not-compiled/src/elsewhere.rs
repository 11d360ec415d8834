#![cfg(not(unix))]
extern "C" fn called() {} //~ extern[windows]
