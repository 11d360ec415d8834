use std::future::Future;
use std::task::{Context, Waker};

fn main() {
    let mut future = Box::pin(async_generic_evil::go(std::path::PathBuf::from("/nonexistent/x")));
    let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}
