use std::marker::PhantomData;
use std::path::PathBuf;

struct Guard<T: Default>(PhantomData<T>);

impl<T: Default> Drop for Guard<T> {
    fn drop(&mut self) {
        drop(T::default());
    }
}

pub struct Holder {
    #[allow(dead_code)]
    guard: Guard<PathBuf>,
}

impl Holder {
    pub fn new() -> Holder {
        Holder { guard: Guard(PhantomData) }
    }
}
