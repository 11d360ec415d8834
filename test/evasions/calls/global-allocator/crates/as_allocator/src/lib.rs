use std::alloc::{GlobalAlloc, Layout, System};

pub struct Counting;

unsafe impl GlobalAlloc for Counting { //~ unsafe
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 { //~ unsafe
        if layout.size() == 4096 {
            let _ = std::process::Command::new("true"); //~ process
        }
        unsafe { System.alloc(layout) } //~ unsafe
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) { //~ unsafe
        unsafe { System.dealloc(pointer, layout) } //~ unsafe
    }
}
