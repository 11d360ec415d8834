pub trait Load {
    const LOAD: fn(&str) -> bool;
}

pub struct Loader;

fn load(path: &str) -> bool {
    std::fs::read(path).is_ok() //~ fs
}

impl Load for Loader {
    const LOAD: fn(&str) -> bool = load;
}

pub fn run<L: Load>(path: &str) -> bool {
    (L::LOAD)(path)
}
