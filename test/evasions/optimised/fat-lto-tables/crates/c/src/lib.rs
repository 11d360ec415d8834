pub trait Act {
    fn act(&self) -> bool;
}
struct Quiet;
struct Spawns;
impl Act for Quiet {
    fn act(&self) -> bool {
        false
    }
}
impl Act for Spawns {
    fn act(&self) -> bool {
        std::process::Command::new("true").spawn().is_ok() //~ process
    } //~ process
}
pub fn pick(n: usize) -> &'static dyn Act {
    if n > 3 {
        &Quiet
    } else {
        &Spawns
    }
}
