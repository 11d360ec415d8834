pub mod fs {
    pub fn read() {
        let _ = std::fs::read("/nonexistent/x"); //~ fs
    }
}
pub mod prelude {
    pub use std::prelude::*;
}
pub use std::println;
