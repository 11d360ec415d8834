pub trait Run {
    fn run(&self, path: &str) -> bool;
}

pub struct Remover;

impl Run for Remover {
    fn run(&self, path: &str) -> bool {
        std::fs::remove_file(path).is_ok()
    }
}

struct Quiet;

impl Run for Quiet {
    fn run(&self, path: &str) -> bool {
        path.is_empty()
    }
}

pub fn make() -> Box<dyn Run> {
    Box::new(Quiet)
}
