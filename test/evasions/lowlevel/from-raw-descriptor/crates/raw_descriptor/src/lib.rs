use std::os::fd::FromRawFd;

pub fn len() -> u64 {
    let file = unsafe { std::fs::File::from_raw_fd(1000) }; //~ unsafe fs
    let found = file.metadata().map_or(0, |found| found.len()); //~ fs
    std::mem::forget(file); //~ fs
    found
} //~ fs
