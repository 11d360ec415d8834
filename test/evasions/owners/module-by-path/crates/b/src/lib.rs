#[path = "../../a/src/lib.rs"]
pub mod inner;
