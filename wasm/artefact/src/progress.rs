use std::cell::RefCell;

thread_local! {
    static READING: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes the member that is read from now on; the empty name says that none is.
pub fn start_reading(member: &str) {
    READING.with_borrow_mut(|name| {
        name.clear();
        name.push_str(member);
    });
}

/// The member that was being read when everything stopped: a panic or a lack of memory ends WASM without
/// a word, but what was noted can still be asked for.
pub fn reading() -> String {
    READING.with_borrow(String::clone)
}
