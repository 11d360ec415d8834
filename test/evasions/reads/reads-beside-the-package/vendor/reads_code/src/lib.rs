include!("../../../shared/code.rs"); //~ compile-files

pub fn told() -> usize {
    length()
}
