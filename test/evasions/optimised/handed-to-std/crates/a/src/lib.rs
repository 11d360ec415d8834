use std::ffi::OsString;
use std::sync::OnceLock;

static ONCE: OnceLock<Option<OsString>> = OnceLock::new();

fn variable() -> Option<OsString> {
    Some(OsString::new())
}

#[inline]
pub fn item() -> usize {
    ["x"].iter().map(std::fs::read).filter(|read| read.is_ok()).count() //~ fs
}

#[inline]
pub fn once() -> usize {
    ONCE.get_or_init(variable).is_some() as usize + ONCE.get_or_init(|| std::env::var_os("x")).is_some() as usize //~ env
}

#[inline]
pub fn option() -> usize {
    Some("x").map(std::fs::read_dir).is_some() as usize //~ fs
} //~ fs[!msvc]

#[inline]
pub fn search() -> usize {
    "x y".split(' ').map(std::fs::remove_file).any(|removed| removed.is_err()) as usize //~ fs
}

#[inline]
pub fn thread() -> usize {
    std::thread::spawn(std::process::id).join().map_or(0, |id| id as usize) //~ process
}
