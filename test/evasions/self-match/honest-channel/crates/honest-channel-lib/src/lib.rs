use std::sync::mpsc::{channel, Sender};
use std::thread::{spawn, JoinHandle};

pub fn worker<T: Send + 'static>(work: impl Fn(T) + Send + 'static) -> (Sender<T>, JoinHandle<()>) {
    let (sender, receiver) = channel::<T>();
    (sender, spawn(move || receiver.into_iter().for_each(work)))
}
