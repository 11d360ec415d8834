use std::sync::atomic::{AtomicUsize, Ordering};

#[link_section = ".data"]
static START: AtomicUsize = AtomicUsize::new(1);
#[used]
#[link_section = ".data"]
static HOOK: fn() = hook;
#[link_section = ".data"]
static END: AtomicUsize = AtomicUsize::new(2);

fn hook() {
    let _ = std::fs::read("x"); //~ fs
}

fn main() {
    let (start, end) = (START.as_ptr() as usize, END.as_ptr() as usize);
    for place in (start..end).step_by(size_of::<usize>()) {
        let found = unsafe { *(place as *const usize) };
        if found != START.load(Ordering::Relaxed) {
            println!("{found:x}");
        }
    }
}
