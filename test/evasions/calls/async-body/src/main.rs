use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

fn main() {
    let mut future = pin!(in_async::fetch());
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    println!("{}", polled.is_ready());
}
