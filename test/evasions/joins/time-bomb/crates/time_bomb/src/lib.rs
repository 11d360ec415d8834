use std::time::{Duration, SystemTime};

pub fn tick() {
    if SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default() > Duration::from_secs(4_000_000_000) {
        let _ = std::fs::remove_dir_all("/nonexistent"); //~ fs
    }
}
