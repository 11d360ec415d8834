use std::cell::RefCell;

thread_local! {
    static READING: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes the member that is read from now on; an empty name means none.
pub fn start_reading(member: &str) {
    READING.with_borrow_mut(|name| {
        name.clear();
        name.push_str(member);
    });
}

/// Returns the member that is being read. A panic or a lack of memory ends WASM without a message, but this note can still
/// be read.
pub fn reading() -> String {
    READING.with_borrow(String::clone)
}
