pub const APP: &str = include_str!("../../../src/main.rs");
