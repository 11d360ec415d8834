pub fn get<T: AsRef<str>>(x: T) -> usize {
    x.as_ref().len()
}
