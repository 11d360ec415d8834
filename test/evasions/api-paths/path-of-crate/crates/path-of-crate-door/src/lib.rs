mod hidden {
    #[inline(never)]
    pub fn open() {}
}
pub use hidden::*;
#[inline(never)]
pub fn other() {}
