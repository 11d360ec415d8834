pub use std::fs as storage;
