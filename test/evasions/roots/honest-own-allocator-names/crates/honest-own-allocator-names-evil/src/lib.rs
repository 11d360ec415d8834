pub fn quiet() -> u8 {
    7
}

pub mod memory {
    pub fn malloc() {
        let _ = std::fs::read("/nonexistent/x");
    }

    pub fn free() {
        malloc();
    }
}
