#[derive(Default)]
pub struct Names {
    done: bool,
}

impl Iterator for Names {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        if std::mem::replace(&mut self.done, true) {
            return None;
        }
        Some(std::fs::read_dir(".").map_or(0, |dir| dir.count())) //~ fs
    }
}
