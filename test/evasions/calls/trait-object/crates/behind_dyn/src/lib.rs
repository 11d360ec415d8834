pub trait Run {
    fn run(&self, path: &str) -> bool;
}

struct Remover;

impl Run for Remover {
    fn run(&self, path: &str) -> bool {
        std::fs::remove_file(path).is_ok() //~ fs
    }
}

pub fn make() -> Box<dyn Run> {
    Box::new(Remover)
}
