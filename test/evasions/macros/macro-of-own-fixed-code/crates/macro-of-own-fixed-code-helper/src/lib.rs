pub fn through(p: &i32) -> i32 {
    *p
}
pub fn size<T>() -> usize {
    std::mem::size_of::<T>()
}
#[macro_export]
macro_rules! measure {
    ($e:expr) => {
        match $e {
            x => unsafe { $crate::checked(&x) },
        }
    };
}
/// # Safety
/// None is needed.
pub unsafe fn unchecked_size<T>() -> usize {
    size::<T>()
}
/// # Safety
/// None is needed.
pub unsafe fn checked(p: &i32) -> i32 {
    *p
}
#[macro_export]
macro_rules! read {
    ($e:expr) => {{
        let r: &i32 = &$e;
        unsafe { *(r as *const i32) }
    }};
}
#[macro_export]
macro_rules! pinned {
    ($($x:ident),*) => {$(
        let mut $x = $x;
        #[allow(unused_mut)]
        let mut $x = unsafe { std::pin::Pin::new_unchecked(&mut $x) };
    )*};
}
#[macro_export]
macro_rules! sized {
    ($t:ty) => {
        unsafe { $crate::unchecked_size::<$t>() }
    };
}
