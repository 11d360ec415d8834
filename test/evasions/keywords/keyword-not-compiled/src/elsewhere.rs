#![cfg(not(unix))]
extern "C" fn called() {}
