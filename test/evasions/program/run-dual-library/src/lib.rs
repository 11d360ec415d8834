pub struct Late;
impl Drop for Late {
    fn drop(&mut self) {
        std::fs::write("proof", "").unwrap(); //~ fs
    }
}
