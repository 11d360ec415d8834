use std::cell::RefCell;

thread_local! {
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn main() {
    SEEN.with(|seen| seen.borrow_mut().push(format!("{}", 1)));
    assert_eq!(SEEN.with(|seen| seen.borrow().len()), 1);
    println!("{:?}", std::thread::spawn(|| 1).join());
}
