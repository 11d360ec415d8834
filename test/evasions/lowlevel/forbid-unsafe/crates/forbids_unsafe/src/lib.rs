#![forbid(unsafe_code)]

pub fn width() -> usize {
    8
}
