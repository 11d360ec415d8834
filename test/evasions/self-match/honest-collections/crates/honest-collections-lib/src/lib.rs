use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

pub struct Sorted<T>(Vec<Rc<T>>);

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Sorted(Vec::new())
    }
}

impl<T: Ord + Clone + Hash> Sorted<T> {
    pub fn add(&mut self, value: T) {
        self.0.push(Rc::new(value));
        self.0.sort();
    }

    pub fn first(&self) -> Option<T> {
        self.0.first().map(|first| T::clone(first))
    }

    pub fn to_map(&self) -> HashMap<T, usize> {
        self.0.iter().enumerate().map(|(n, value)| (T::clone(value), n)).collect()
    }
}
