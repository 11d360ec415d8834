use std::ffi::c_void;

unsafe extern "C" { //~ extern unsafe
    fn qsort(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: extern "C" fn(*const c_void, *const c_void) -> i32, //~ extern
    );
}

extern "C" fn compare(_: *const c_void, _: *const c_void) -> i32 { //~ extern
    i32::from(std::fs::read("absent").is_ok()) //~ fs
}

pub fn sort() -> u8 {
    let mut items = [2u8, 1];
    unsafe { qsort(items.as_mut_ptr().cast(), 2, 1, compare) }; //~ unsafe
    items[0]
}
