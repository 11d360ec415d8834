use std::ffi::OsStr;

pub fn length<S: AsRef<OsStr>>(text: S) -> usize {
    text.as_ref().len()
}
