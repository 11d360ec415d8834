pub trait Fetch {
    fn fetch(&self) -> usize;
    fn twice(&self) -> usize {
        self.fetch() * 2
    }
}
