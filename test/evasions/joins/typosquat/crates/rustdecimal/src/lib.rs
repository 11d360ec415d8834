pub use rustdecimal_core::parse;
