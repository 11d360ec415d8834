include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub fn read() {
    std::fs::read(".").ok();
}
