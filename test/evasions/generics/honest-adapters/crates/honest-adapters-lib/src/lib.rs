use std::collections::VecDeque;

pub fn each<I: IntoIterator, R>(items: I, f: impl Fn(I::Item) -> R) {
    let all: VecDeque<R> = items.into_iter().map(f).collect();
    let mut first = all.into_iter().peekable();
    let _ = first.peek().is_some();
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| first.last().map(Box::new)));
}
