struct Late;
impl Drop for Late {
    fn drop(&mut self) {
        let _ = std::fs::remove_file("none"); //~ fs
    }
}
thread_local! {
    static LATE: Late = const { Late };
}
pub fn go() {
    LATE.with(|_| ());
}
