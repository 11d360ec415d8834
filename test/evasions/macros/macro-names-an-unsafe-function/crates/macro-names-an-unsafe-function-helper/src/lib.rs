#[macro_export]
macro_rules! call {
    ($f:ident) => {{
        let x: u8 = unsafe { $f() };
        x
    }};
}
#[macro_export]
macro_rules! path_call {
    ($f:path) => {{
        let x: u8 = unsafe { $f() };
        x
    }};
}
#[macro_export]
macro_rules! field {
    ($u:expr, $f:ident) => {
        match &$u {
            u => unsafe { u.$f },
        }
    };
}
#[macro_export]
macro_rules! new_of {
    ($t:ty, $v:literal) => {
        unsafe { <$t>::new_unchecked($v) }
    };
}
